"""Clients whose certificates were uploaded: are tried against what a deployment would trust."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.services.uploads import judge_upload, receive
from certificates.testing.hierarchy import ISSUING, ROOT, STRANGER_ROOT, make
from gateway import impact as module
from gateway import services
from gateway.impact import impact_of
from gateway.models import Node, Sighting
from gateway.tests.test_impact import ready
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture
def required(owner, host, truststore):
    """The host asks for certificates; the truststore pins the partner."""
    wish = Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)
    node = Node.objects.create(name="local", port=8443)
    services.start(actor=owner, deployment=ready(owner))
    services.proven(node=node, version=Node.objects.get().wanted_version, probes=[], at=datetime.now(UTC))
    return host


def served(host, fingerprint, issuer="", count=7):
    now = datetime.now(UTC)
    Sighting.objects.create(
        host=host,
        node=Node.objects.get(),
        fingerprint=fingerprint,
        issuer_fingerprint=issuer,
        outcome="served",
        count=count,
        first_seen=now,
        last_seen=now,
    )


def uploaded(owner, *identities):
    upload = receive(
        account=owner.account,
        sender="ops",
        files=[("chain.pem", "".join(one.pem for one in identities).encode())],
    )
    judge_upload(upload=upload, at=datetime.now(UTC))


def client(name):
    now = datetime.now(UTC).replace(microsecond=0)
    return make(name, ISSUING, start=now - timedelta(days=1), end=now + timedelta(days=200))


def entry(owner, identity, role=Role.ANCHOR):
    return NewEntry(remember(owner.account, Certificate.from_der(identity.der)), role)


def replaced(owner, store, *entries):
    add_version(actor=owner, store=store, entries=entries, keep=False, at=datetime.now(UTC))


def out(deployment):
    return [one["fingerprint"] for one in impact_of(deployment).shut_out]


def test_it_alarms_nobody_about_a_client_that_enters_by_a_new_anchor(owner, required, truststore, partner):
    uploaded(owner, partner, ISSUING)
    served(required, partner.fingerprint)
    replaced(owner, truststore, entry(owner, ROOT))
    assert not impact_of(ready(owner)).dangerous


def test_it_names_a_client_whose_chain_does_not_reach_the_new_anchor(owner, required, truststore, partner):
    uploaded(owner, partner)  # the intermediate was never sent
    served(required, partner.fingerprint)
    replaced(owner, truststore, entry(owner, ROOT))
    (one,) = impact_of(ready(owner)).shut_out
    assert one["fingerprint"] == partner.fingerprint
    assert one["why"].startswith("The gateway finds no trusted issuer for partner.example")


def test_it_goes_by_pin_and_issuer_where_nothing_was_uploaded(owner, required, truststore, partner):
    add_version(actor=owner, store=truststore, entries=[entry(owner, ROOT)], at=datetime.now(UTC))
    services.start(actor=owner, deployment=ready(owner))
    services.proven(
        node=Node.objects.get(), version=Node.objects.get().wanted_version, probes=[], at=datetime.now(UTC)
    )
    served(required, "ab" * 32, ROOT.fingerprint)
    served(required, "cd" * 32, "ef" * 32)  # not let in by what is trusted today
    replaced(owner, truststore, entry(owner, STRANGER_ROOT))
    assert out(ready(owner)) == ["ab" * 32]


def test_it_takes_the_same_number_of_queries_for_many_clients(
    owner, required, truststore, partner, queries_of
):
    uploaded(owner, partner, ISSUING)
    served(required, partner.fingerprint)
    replaced(owner, truststore, entry(owner, ROOT))
    plan = ready(owner)
    impact_of(plan)  # reads its account once
    few = queries_of(lambda: impact_of(plan))
    for number in range(5):
        other = client(f"client-{number}.example")
        uploaded(owner, other, ISSUING)
        served(required, other.fingerprint)
    assert queries_of(lambda: impact_of(plan)) == few


def test_it_says_so_when_there_are_more_clients_than_it_tries(
    owner, owner_client, required, truststore, partner, monkeypatch
):
    served(required, partner.fingerprint)
    served(required, "ab" * 32)
    replaced(owner, truststore, entry(owner, ROOT))
    plan = ready(owner)
    words = "More clients were served than were tried"
    page = reverse("gateway:start", args=[plan.uuid])
    assert words not in owner_client.get(page).content.decode()
    monkeypatch.setattr(module, "TRIED", 1)
    assert impact_of(plan).capped
    assert words in owner_client.get(page).content.decode()
