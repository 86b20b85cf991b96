"""An incident asks for exactly the details of the queue, and mails a secure link."""

import pytest

from common.errors import DomainError
from incidents.models import Incident
from incidents.services import raising

from .cast import raised, ticket, token_in


def test_it_mails_the_link_and_it_is_the_partners_turn(owner, host, worker, mailoutbox):
    with worker():
        incident = raised(owner)
    assert incident.status == "waiting"
    assert mailoutbox[0].to == ["mtls@partner.test"]
    assert "partners.harbourline.test" in mailoutbox[0].body
    assert "private key" in mailoutbox[0].body


def test_it_stores_the_token_hashed_only(owner, host, worker, mailoutbox):
    with worker():
        incident = raised(owner)
    token = token_in(mailoutbox[0])
    everything = str(list(incident.links.values())) + str(list(incident.events.values()))
    assert token not in everything


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"component": "OTHER"}, "component"),
        ({"subdomain": "elsewhere"}, "subdomain"),
        ({"account_id": "7c1e0f5a-2b64-4d0e-9a51-b0c36d7c5f12"}, "account_id"),
        ({"two_way_ssl": "Disabled"}, "two_way_ssl"),
        ({"partner": "  "}, "partner"),
        ({"host_alias": "nowhere"}, "host_alias"),
        ({"host_alias": "default"}, "host_alias"),
    ],
)
def test_it_names_the_detail_that_does_not_fit_and_sends_nothing(
    owner, host, worker, mailoutbox, changes, field
):
    with pytest.raises(DomainError) as refusal, worker():
        raising.raise_incident(actor=owner, ticket=ticket(owner.account, **changes))
    assert refusal.value.field == field
    assert not Incident.objects.exists()
    assert mailoutbox == []


def test_it_tells_the_queue_when_the_mail_does_not_leave(owner, host, worker, monkeypatch):
    def fails(self):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fails)
    with worker():
        incident = raised(owner)
    event = incident.events.first()
    assert event.internal
    assert "could not be sent" in event.text
