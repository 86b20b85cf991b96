"""Before a deployment, the clients that new name rules would refuse are named."""

from datetime import UTC, datetime

import pytest

from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.pki.san_rules import from_text
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.testing.hierarchy import ISSUING, ROOT, STRANGER_ROOT
from gateway import sightings
from gateway.agent.seen import Sighting as Seen
from gateway.impact import impact_of
from gateway.models import Node
from gateway.name_rules import NOT_HELD, NOT_KNOWN, NOT_NAMED
from gateway.tests.page_cast import deployed, planned
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


def trust(owner, store, identity, rules=""):
    certificate = remember(owner.account, Certificate.from_der(identity.der))
    entry = NewEntry(certificate, Role.ANCHOR, rules=from_text(rules))
    add_version(actor=owner, store=store, entries=[entry], at=datetime.now(UTC), keep=False)


@pytest.fixture
def live(owner, host, truststore, partner):
    """The host lets in whom ISSUING issued for, and two of them called."""
    trust(owner, truststore, ISSUING)
    wish = Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)
    deployed(owner)
    at = datetime.now(UTC).isoformat()
    for fingerprint in (partner.fingerprint, "f" * 64):
        row = Seen(host.name, fingerprint, ISSUING.fingerprint, "served", "", "CN=x", 3, at, at)
        sightings.add(node=Node.objects.get(), seen=[row])
    return host


def shut_out(owner):
    return {(client["fingerprint"][0], client["why"]) for client in impact_of(planned(owner)).shut_out}


@pytest.mark.parametrize(
    ("rules", "who"),
    [
        ("dns exact partner.example", {("f", NOT_KNOWN)}),
        ("dns exact other.example", {("f", NOT_KNOWN), ("partner", NOT_NAMED)}),
        ("", set()),
    ],
)
def test_it_names_whom_a_rule_refuses(owner, live, truststore, partner, rules, who):
    if rules:
        trust(owner, truststore, ISSUING, rules)
    expected = {(partner.fingerprint[0] if name == "partner" else name, why) for name, why in who}
    assert shut_out(owner) == expected


def test_it_names_whom_an_issuer_that_is_no_entry_loses(owner, live, truststore, partner):
    trust(owner, truststore, ROOT)
    deployed(owner)
    entries = [
        NewEntry(remember(owner.account, Certificate.from_der(who.der)), Role.ANCHOR, rules=from_text(rules))
        for who, rules in ((ROOT, "dns exact partner.example"), (STRANGER_ROOT, ""))
    ]
    add_version(actor=owner, store=truststore, entries=entries, at=datetime.now(UTC), keep=False)
    assert shut_out(owner) == {("f", NOT_HELD), (partner.fingerprint[0], NOT_HELD)}
