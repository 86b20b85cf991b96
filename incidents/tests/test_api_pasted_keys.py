"""A private key pasted into a text of an incident leaves no trace, and a sentence about one is fine."""

import logging

import pytest

from accounts.models import AuditEntry
from incidents.models import Event, Incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_trace(caplog, partner):
    """After the test: no line of the key is in an incident, its timeline, the audit trail or a log."""
    caplog.set_level(logging.DEBUG)
    yield
    line = partner.key_pem.splitlines()[1]
    assert line not in caplog.text
    assert not Event.objects.filter(text__contains=line).exists()
    assert not Incident.objects.filter(description__contains=line).exists()
    assert all(line not in str(entry.details) for entry in AuditEntry.objects.all())


def _refused(answer, field):
    assert (answer.status_code, answer.json()["code"]) == (400, "private_key_sent")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.usefixtures("no_trace")
@pytest.mark.parametrize("act", ["comments", "ask"])
def test_it_refuses_one_in_what_people_write(owner_api, raised, partner, act):
    _refused(owner_api.post(f"{raised}{act}/", {"text": partner.key_pem}), "text")


@pytest.mark.usefixtures("no_trace")
def test_it_refuses_one_in_the_description(owner_api, ticket, partner):
    _refused(owner_api.post("/api/v1/incidents/", ticket | {"description": partner.key_pem}), "description")


@pytest.mark.usefixtures("no_trace")
def test_it_refuses_one_in_the_message_of_the_partner(api, owner_api, raised, secure, file, partner):
    body = {"files": [file("mine.pem", partner.pem)], "message": partner.key_pem}
    _refused(api.post(secure(), body, format="multipart"), "message")
    assert owner_api.get(raised).json()["timeline"][0]["kind"] == "key_refused"
    assert api.get(secure()).json()["state"] == "open"


def test_it_lets_people_speak_of_private_keys(owner_api, raised):
    answer = owner_api.post(f"{raised}comments/", {"text": "Please do not send a private key."})
    assert answer.status_code == 200
