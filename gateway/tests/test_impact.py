"""Before a deployment, the clients that are served today and would be refused are named."""

from datetime import UTC, datetime

import pytest

from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.testing.hierarchy import STRANGER_ROOT
from gateway import services, sightings
from gateway.agent.seen import Sighting as Seen
from gateway.impact import impact_of
from gateway.models import Node
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture
def required(owner, host, truststore):
    wish = Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)
    node = Node.objects.create(name="local", port=8443)
    deployment = ready(owner)
    services.start(actor=owner, deployment=deployment)
    services.proven(node=node, version=Node.objects.get().wanted_version, probes=[], at=datetime.now(UTC))
    return host


def ready(owner):
    deployment = services.plan(actor=owner)
    services.prepare(deployment=deployment, at=datetime.now(UTC))
    deployment.refresh_from_db()
    return deployment


def served(host, fingerprint):
    at = datetime.now(UTC).isoformat()
    seen = Seen(host.name, fingerprint, "", "served", "", "CN=partner", 7, at, at)
    sightings.add(node=Node.objects.get(), seen=[seen])


def another_anchor(owner):
    return NewEntry(remember(owner.account, Certificate.from_der(STRANGER_ROOT.der)), Role.ANCHOR)


def test_it_names_a_client_that_was_served_and_loses_its_pin(owner, required, truststore, partner):
    served(required, partner.fingerprint)
    add_version(
        actor=owner, store=truststore, entries=[another_anchor(owner)], keep=False, at=datetime.now(UTC)
    )
    impact = impact_of(ready(owner))
    assert [(client["fingerprint"], client["calls"]) for client in impact.shut_out] == [
        (partner.fingerprint, 7)
    ]
    assert impact.dangerous
    assert "CN=partner" in impact.sentence


def test_it_alarms_nobody_when_trust_only_grows(owner, required, truststore, partner):
    served(required, partner.fingerprint)
    add_version(actor=owner, store=truststore, entries=[another_anchor(owner)], at=datetime.now(UTC))
    assert not impact_of(ready(owner)).dangerous


def test_it_counts_a_renamed_host_as_gone(owner, required):
    submit(actor=owner, wish=Wish(Operation.UPDATE, "renamed", host=str(required.uuid)))
    plan = ready(owner)
    assert impact_of(plan).removed == ["partners.harbourline.test"]
    reasons = [reason for row in plan.changes for reason in row["reasons"]]
    assert "name partners.harbourline.test → renamed.harbourline.test" in reasons


def test_it_supersedes_a_ready_plan_when_something_changes(owner, required, worker):
    plan = ready(owner)
    with worker():
        submit(actor=owner, wish=Wish(Operation.CREATE, "another"))
    plan.refresh_from_db()
    assert plan.status == "superseded"
