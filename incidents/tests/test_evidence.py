"""An incident closes on what the gateway logged, and on nothing else."""

from datetime import UTC, datetime

import pytest

from gateway import sightings
from gateway.agent.seen import Sighting as Seen
from gateway.models import Node
from incidents import evidence, tasks
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

from .cast import accepted, deployed, raised, uploaded


@pytest.fixture
def enabling(owner, host, worker, partner):
    with worker():
        incident = raised(owner)
    upload = uploaded(worker, incident, partner)
    accepted(owner, incident, upload, partner)
    return incident


@pytest.fixture
def proving(owner, enabling, worker):
    with worker():
        deployed(owner)
    enabling.refresh_from_db()
    return enabling


def seen(incident, worker, fingerprint, outcome, issuer="", reason=""):
    at = datetime.now(UTC).isoformat()
    reason = reason or ("client_certificate_refused" if outcome == "refused" else "")
    with worker():
        sightings.add(
            node=Node.objects.get(),
            seen=[Seen(incident.host.name, fingerprint, issuer, outcome, reason, "", 1, at, at)],
        )
    incident.refresh_from_db()


def facts(incident):
    return [fact.seen for fact in evidence.collect(incident)]


def test_it_has_no_evidence_before_a_deployment_that_was_planned_after_the_acceptance(enabling):
    assert facts(enabling) == [False, False, False, False]
    assert evidence.close_when_proven(enabling) is False


def test_it_waits_for_the_partner_once_every_node_has_proven_the_host(proving):
    assert proving.status == "proving"
    assert facts(proving) == [True, True, True, False]


def test_it_does_not_close_on_a_stranger_or_on_a_refused_partner(proving, worker, partner):
    seen(proving, worker, "a" * 64, "served")
    seen(proving, worker, partner.fingerprint, "refused")
    assert proving.status == "proving"


def test_it_closes_when_the_partner_was_served_and_freezes_the_facts(proving, worker, partner):
    seen(proving, worker, partner.fingerprint, "served")
    assert proving.status == "closed"
    assert [fact["seen"] for fact in proving.evidence] == [True] * 4
    assert partner.fingerprint[:8] in proving.evidence[3]["text"]


def test_it_closes_for_a_certificate_that_an_accepted_issuer_issued(proving, worker, partner):
    seen(proving, worker, "b" * 64, "served", issuer=partner.fingerprint)
    assert proving.status == "closed"


def test_it_makes_up_for_lost_announcements(owner, enabling):
    deployed(owner)
    tasks.sweep_incidents()
    enabling.refresh_from_db()
    assert enabling.status == "proving"


@pytest.mark.parametrize("mode", ["optional", "trial"])
def test_it_proves_nothing_on_a_host_that_does_not_require_certificates(owner, proving, worker, mode):
    submit(
        actor=owner,
        wish=Wish(Operation.UPDATE, "", client_auth=mode, host=str(proving.host.uuid)),
    )
    with worker():
        deployed(owner)
    assert facts(proving)[0] is False
    assert f"client authentication is {mode}" in evidence.collect(proving)[0].text
    assert evidence.close_when_proven(proving) is False


def test_it_closes_on_refusals_in_the_handshake(owner, proving, worker, partner):
    wish = Wish(Operation.UPDATE, "", refusal="handshake", host=str(proving.host.uuid))
    submit(actor=owner, wish=wish)
    with worker():
        deployed(owner)
    seen(proving, worker, "a" * 64, "refused", reason="handshake_client_certificate_refused")
    seen(proving, worker, "", "refused", reason="handshake_no_client_certificate")
    assert "a TLS alert" in evidence.collect(proving)[1].text
    seen(proving, worker, partner.fingerprint, "served")
    assert proving.status == "closed"


def test_it_takes_no_call_that_a_trial_let_through_for_the_partner(proving, worker, partner):
    seen(proving, worker, partner.fingerprint, "served", reason="trial_client_certificate_refused")
    assert facts(proving)[3] is False
