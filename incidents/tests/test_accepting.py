"""Accepting gives roles, makes a truststore version, and lets the host ask; or it changes nothing."""

import pytest

from certificates.services.truststores import create_truststore
from common.errors import DomainError
from incidents.services import acceptance, raising
from vhosts.models import VirtualHost

from .cast import NOW, accepted, raised, uploaded


@pytest.fixture
def incident(owner, host, worker):
    with worker():
        return raised(owner)


@pytest.fixture
def upload(incident, worker, partner):
    return uploaded(worker, incident, partner)


def test_it_is_our_turn_once_the_worker_has_judged(incident, upload):
    assert (upload.status, incident.status) == ("judged", "checking")


def test_it_makes_a_version_and_the_host_requires_a_certificate(owner, incident, upload, partner, host):
    store = accepted(owner, incident, upload, partner)
    store.refresh_from_db()
    host.refresh_from_db()
    assert store.current.entries.get().role == "client"
    assert (host.client_auth, host.trusted) == ("required", store)
    assert (incident.status, incident.version) == ("enabling", store.current)
    assert host.requests.first().operation == "UPDATE"


@pytest.mark.parametrize(
    ("roles", "field"),
    [({}, "roles"), ({"f" * 64: "client"}, "roles"), (None, "entries")],
)
def test_it_changes_nothing_when_something_does_not_fit(owner, incident, upload, partner, roles, field):
    store = create_truststore(actor=owner, name="clients")
    wrong = {partner.fingerprint: "anchor"} if roles is None else roles
    with pytest.raises(DomainError) as refusal:
        acceptance.accept(
            actor=owner, incident=incident, upload=upload, roles=wrong, truststore=store, at=NOW
        )
    assert refusal.value.field == field
    incident.refresh_from_db()
    assert incident.status == "checking"
    assert VirtualHost.objects.get(alias="partners").client_auth == "off"


def test_it_gives_the_turn_back_with_a_question_and_a_new_link(owner, incident, upload, worker, mailoutbox):
    with worker():
        raising.ask_partner(actor=owner, incident=incident, text="Please send the chain as well.")
    assert incident.status == "waiting"
    assert "Please send the chain as well." in mailoutbox[-1].body
    assert incident.links.first().state == "open"
