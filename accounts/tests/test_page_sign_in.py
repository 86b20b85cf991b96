"""Sign-in: by e-mail, and not by trying."""

from __future__ import annotations

import pytest
from django.core import mail

from accounts.forms import ATTEMPTS

PASSWORD = "a-long-harbour-word"


@pytest.fixture
def person(owner_user):
    owner_user.set_password(PASSWORD)
    owner_user.save()
    return owner_user


def attempt(client, password, email="owner@harbourline.test", **extra):
    return client.post("/login/", {"username": email, "password": password}, **extra)


def test_it_lets_a_person_in_by_e_mail_whatever_the_case(client, person):
    assert attempt(client, PASSWORD, "Owner@Harbourline.test").status_code == 302


def test_it_calls_the_field_e_mail(client):
    assert "E-mail" in client.get("/login/").content.decode()


def test_it_refuses_even_the_right_password_after_ten_failures(client, person):
    for _ in range(ATTEMPTS):
        assert "Too many failed attempts" not in attempt(client, "wrong").content.decode()
    answer = attempt(client, PASSWORD)
    assert "Too many failed attempts. Sign-in for this address rests for 5 minutes" in answer.content.decode()


def test_it_does_not_count_the_failures_of_another_place(client, person):
    for _ in range(ATTEMPTS):
        attempt(client, "wrong", REMOTE_ADDR="192.0.2.7")
    assert attempt(client, PASSWORD).status_code == 302


def test_it_forgets_failures_after_a_success(client, person):
    for _ in range(ATTEMPTS - 1):
        attempt(client, "wrong")
    attempt(client, PASSWORD)
    client.logout()
    attempt(client, "wrong")
    assert attempt(client, PASSWORD).status_code == 302


def test_it_believes_a_forwarded_address_only_behind_a_proxy_of_ours(client, person, settings):
    settings.SECURE_PROXY_SSL_HEADER = None
    for n in range(ATTEMPTS):
        attempt(client, "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}")
    assert "Too many failed" in attempt(client, PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.99").content.decode()


def test_it_sends_a_link_to_the_portal_whatever_the_host_header_says(client, person, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/password_reset/", {"email": "OWNER@harbourline.test"}, HTTP_HOST="evil.example")
    assert f"{settings.PORTAL_URL}/reset/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_it_says_the_same_for_an_address_that_nobody_has(client, db):
    answer = client.post("/password_reset/", {"email": "nobody@harbourline.test"}, follow=True)
    assert "If a person with this address exists here" in answer.content.decode()
    assert not mail.outbox


def test_it_says_what_to_do_with_a_link_that_is_over(client, db):
    page = client.get("/reset/MQ/abc-def/").content.decode()
    assert "It was used, or its days are over" in page
