"""The partner's REST twin of the secure page."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from certificates.testing.hierarchy import EXPIRED
from incidents.models import SecureLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(api, secure, worker, file):
    """What the partner's POST of one file answers."""

    def sent(content, **more):
        with worker():
            body = {"files": [file("mine.pem", content)]} | more
            return api.post(secure(), body, format="multipart")

    return sent


def test_it_says_what_is_wanted(api, secure):
    answer = api.get(secure())
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["host"], told["partner"], told["state"]) == ("partners.harbourline.test", "Nordwind", "open")
    assert told["limits"] == {"files": 10, "bytes_each": 1_000_000}
    assert told["upload"] is None
    assert SecureLink.objects.get().opened == 1


def test_it_takes_certificates_and_tells_what_became_of_them(api, secure, send, partner, owner_api, raised):
    answer = send(partner.chain_pem, message="From Nordwind")
    assert (answer.status_code, answer.json()["state"]) == (201, "used")
    told = api.get(secure()).json()
    assert (told["upload"]["status"], told["upload"]["accepted"]) == ("judged", True)
    incident = owner_api.get(raised).json()
    assert incident["status"] == "checking"
    sent = next(event for event in incident["timeline"] if event["kind"] == "uploaded")
    assert (sent["actor"], sent["text"]) == ("Nordwind (secure link)", "From Nordwind")


def test_it_works_once(send, partner):
    send(partner.chain_pem)
    answer = send(partner.chain_pem)
    assert (answer.status_code, answer.json()["code"]) == (409, "link_closed")


def test_it_refuses_a_private_key_and_stays_open(api, secure, send, partner, caplog):
    caplog.set_level(logging.DEBUG)
    answer = send(partner.pem + partner.key_pem)
    assert (answer.status_code, answer.json()["code"]) == (400, "private_key_sent")
    assert partner.key_pem.splitlines()[1] not in caplog.text
    assert api.get(secure()).json()["state"] == "open"


def test_it_keeps_its_token_out_of_the_log(send, secure, log_lines):
    assert send(b"x" * 1_000_001).status_code == 400
    assert "/api/v1/secure/•••/" in log_lines()
    assert secure().split("/")[-2] not in log_lines()


def test_it_knows_no_revoked_or_invented_link(api, secure, owner_api, raised):
    link = secure()
    owner_api.delete(f"{raised}link/")
    for url in (link, "/api/v1/secure/nonsense/"):
        answer = api.get(url)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_it_takes_nothing_after_its_time(api, secure, send, partner):
    SecureLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(secure()).json()["state"] == "expired"
    assert send(partner.chain_pem).json()["code"] == "link_closed"


def test_it_names_the_field_that_does_not_fit(api, secure):
    answer = api.post(secure(), {"message": "nothing"}, format="multipart")
    assert [error["field"] for error in answer.json()["errors"]] == ["files"]


def test_it_limits_how_often_one_link_is_tried(api, secure, file, partner, monkeypatch):
    monkeypatch.setattr("incidents.throttling.SENDS_AN_HOUR", 1)
    answers = [
        api.post(secure(), {"files": [file("client.key", partner.key_pem)]}, format="multipart")
        for _ in range(2)
    ]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "3600"


def test_it_shows_no_report_after_its_time(api, secure, send, partner):
    send(partner.chain_pem)
    assert api.get(secure()).json()["upload"]
    SecureLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(secure()).json()["upload"] is None


def test_it_says_what_the_partner_has_to_do_and_not_what_we_have_to_ask(api, secure, send):
    send(EXPIRED.chain_pem)
    remedies = [finding["remedy"] for finding in api.get(secure()).json()["upload"]["findings"]]
    assert "Please send the renewed certificate." in remedies
    assert not [remedy for remedy in remedies if "the partner" in remedy]


def test_it_says_what_to_do_with_a_link_that_does_not_open(api):
    answer = api.get("/api/v1/secure/nonsense/")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("This link does not open.")
    assert "account" not in answer.json()["detail"]
