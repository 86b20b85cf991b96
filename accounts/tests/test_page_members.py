"""The page of people: who sees it, who adds somebody, and what the new person gets."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import reverse

from accounts.models import Member
from accounts.permissions import Role

URL = "/people/"
NEW = {"email": "New@harbourline.test", "full_name": "Nina New", "role": "developer"}


def test_it_lists_people_with_what_their_role_may_do(owner_client, reader_user):
    page = owner_client.get(URL).content.decode()
    assert "reader@harbourline.test" in page
    assert "sees everything, changes nothing" in page


def test_it_shows_nobody_of_another_account(owner_client, stranger_user):
    assert "stranger@" not in owner_client.get(URL).content.decode()


def test_it_sends_a_new_person_a_link_that_sets_the_first_password(owner_client, client):
    answer = owner_client.post(URL, NEW, follow=True)
    assert "Nina New is in the account" in answer.content.decode()
    assert mail.outbox[0].to == ["new@harbourline.test"]
    link = re.search(r"https?://\S+(/reset/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    chosen = {"new_password1": "a-long-harbour-word", "new_password2": "a-long-harbour-word"}
    client.post(form.redirect_chain[-1][0], chosen)
    assert client.login(username="new@harbourline.test", password="a-long-harbour-word")


def test_it_keeps_what_was_typed_when_the_person_is_a_member_already(owner_client, reader_user):
    page = owner_client.post(URL, NEW | {"email": "reader@harbourline.test"}).content.decode()
    assert "belongs to Harbourline already" in page
    assert 'value="Nina New"' in page


def test_it_says_that_the_person_is_in_when_no_mail_leaves(owner_client, dead_mail_server):
    page = owner_client.post(URL, NEW, follow=True).content.decode()
    assert "No e-mail left for new@harbourline.test" in page
    assert Member.objects.filter(user__email="new@harbourline.test").exists()


@pytest.fixture
def dead_mail_server(settings):
    """A mail server that does not answer."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


def test_it_lets_a_reader_look_but_not_add(reader_client):
    assert "Add a person" not in reader_client.get(URL).content.decode()
    assert reader_client.post(URL, NEW).status_code == 403


def test_it_refuses_a_consumer(client, account):
    user = get_user_model().objects.create_user("c@nordwind.test")
    Member.objects.create(account=account, user=user, role=Role.CONSUMER)
    client.force_login(user)
    assert client.get(URL).status_code == 403


def test_it_takes_as_many_queries_for_thirty_people_as_for_three(owner_client, account, queries_of):
    def add(numbers):
        for n in numbers:
            user = get_user_model().objects.create_user(f"p{n}@harbourline.test")
            Member.objects.create(account=account, user=user, role=Role.AUDITOR)

    add(range(3))
    few = queries_of(lambda: owner_client.get(URL))
    add(range(3, 24))
    assert queries_of(lambda: owner_client.get(URL)) == few


def test_it_shows_the_one_table_of_permissions(reader_client):
    page = reader_client.get(reverse("accounts:roles")).content.decode()
    assert "incidents:process" in page
    assert "work the queue" in page
