"""The partner's page: one link, no account, one upload, and never a private key."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.models import Upload
from certificates.testing.hierarchy import EXPIRED
from incidents import throttling
from incidents.services import links, raising
from incidents.tests.cast import accepted, raised, token_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(owner, host, worker):
    with worker():
        return raised(owner)


@pytest.fixture
def url(incident):
    return reverse("incidents:secure", args=[token_in(mail.outbox[-1])])


def test_it_needs_no_account_and_says_whose_it_is(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Harbourline" in text
    assert "partners.harbourline.test" in text


def test_it_stays_out_of_caches_and_search_engines(client, url):
    for address in (url, "/s/unknown/"):
        answer = client.get(address)
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_it_counts_how_often_it_was_opened(client, incident, url):
    client.get(url)
    client.get(url)
    assert incident.links.get().opened == 2


def test_it_takes_the_files_and_then_shows_what_was_found(client, worker, file, url, partner):
    with worker():
        answer = client.post(url, {"files": [file("a.pem", partner.pem)], "message": "Here you are."})
    assert answer["Location"] == url
    text = client.get(url).content.decode()
    assert "What we received" in text
    assert "Here you are." in text
    assert 'type="file"' not in text


def test_it_says_what_has_to_change_in_words_for_the_partner(client, worker, file, url):
    with worker():
        client.post(url, {"files": [file("a.pem", EXPIRED.pem)]})
    text = client.get(url).content.decode()
    assert "Something has to change" in text
    assert "Please send the renewed certificate." in text
    assert "Ask the partner" not in text


def test_it_keeps_nothing_of_a_private_key_and_stays_open(client, incident, file, url, partner):
    answer = client.post(url, {"files": [file("a.pem", partner.pem + partner.key_pem)]})
    assert answer.status_code == 400
    assert "Nothing was kept" in answer.content.decode()
    assert not Upload.objects.exists()
    assert incident.links.get().state == "open"


def test_it_takes_one_upload_only(client, worker, file, url, partner):
    for _ in range(2):
        with worker():
            client.post(url, {"files": [file("a.pem", partner.pem)]})
    assert Upload.objects.count() == 1


def test_it_polls_while_the_worker_judges(client, file, url, partner):
    client.post(url, {"files": [file("a.pem", partner.pem)]})
    assert f"{url}progress/" in client.get(url).content.decode()
    assert b"hx-trigger" in client.get(f"{url}progress/").content


def test_it_says_whom_to_ask_when_it_has_expired(client, incident, url):
    incident.links.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = client.get(url)
    assert answer.status_code == 410
    assert f"Ask {incident.raised_by} at Harbourline" in answer.content.decode()


def test_it_looks_the_same_for_a_closed_link_and_an_unknown_one(owner, client, incident, url):
    links.revoke_link(actor=owner, incident=incident)
    closed, unknown = client.get(url), client.get("/s/unknown/")
    assert closed.status_code == unknown.status_code == 404
    assert "This link does not open" in closed.content.decode()


def test_it_shows_the_question_and_nothing_that_is_only_for_the_queue(owner, worker, client, incident):
    raising.comment(actor=owner, incident=incident, text="They are slow.", internal=True)
    with worker():
        raising.ask_partner(actor=owner, incident=incident, text="Please send the chain.")
    text = client.get(reverse("incidents:secure", args=[token_in(mail.outbox[-1])])).content.decode()
    assert "Please send the chain." in text
    assert "They are slow." not in text
    assert owner.label not in text.split("This link")[0]


def test_it_rests_after_many_attempts(client, file, url, partner, monkeypatch):
    monkeypatch.setattr(throttling, "SENDS_AN_HOUR", 2)
    answers = [client.post(url, {"files": [file("a.pem", partner.key_pem)]}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]


def test_it_refuses_a_post_from_elsewhere(url, file, partner):
    answer = Client(enforce_csrf_checks=True).post(url, {"files": [file("a.pem", partner.pem)]})
    assert answer.status_code == 403
    assert not Upload.objects.exists()


def test_it_leaves_its_address_out_of_the_log(client, incident, url, log_lines):
    incident.links.update(expires_at=timezone.now() - timedelta(minutes=1))
    client.get(url)
    assert "/s/•••/" in log_lines()
    assert url not in log_lines()


def test_it_shows_a_signed_in_person_no_frame_of_theirs(owner_client, url):
    assert 'aria-label="Main, small screen"' not in owner_client.get(url).content.decode()


def test_it_asks_for_nothing_when_the_certificates_came_in_another_way(
    owner, worker, client, incident, url, partner
):
    with worker():
        upload = links.upload_as_member(
            actor=owner, incident=incident, files=[("a.pem", partner.pem.encode())]
        )
    incident.refresh_from_db()
    accepted(owner, incident, upload, partner)
    text = client.get(url).content.decode()
    assert "You need not send anything" in text
    assert 'type="file"' not in text
