"""A deployment starts at its time, unless it would do more harm than the person confirmed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from catalog.services import create_proxy
from common.errors import DomainError
from gateway import schedules, services
from gateway.agent.seen import Sighting as Seen
from gateway.models import Deployment, Node, Schedule
from gateway.sightings import add
from gateway.tests.page_cast import deployed, node, planned
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

SOON = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def scheduled(owner, host, node_):
    deployment = planned(owner)
    schedules.schedule(actor=owner, deployment=deployment, at=datetime.now(UTC) + SOON)
    return deployment


@pytest.fixture
def node_(db):
    return node()


def is_due():
    Schedule.objects.update(at=datetime.now(UTC) - timedelta(seconds=1))


def fresh(deployment):
    return Deployment.objects.get(pk=deployment.pk)


def test_it_starts_at_its_time_and_not_before(scheduled):
    schedules.start_due()
    assert fresh(scheduled).status == "scheduled"
    is_due()
    schedules.start_due()
    assert fresh(scheduled).status == "delivering"


def test_it_can_be_cancelled(owner, scheduled):
    schedules.cancel(actor=owner, deployment=scheduled)
    is_due()
    schedules.start_due()
    assert fresh(scheduled).status == "ready"


@pytest.mark.parametrize("away", [timedelta(minutes=-1), timedelta(days=30, minutes=1)])
def test_it_refuses_a_time_that_is_past_or_too_far(owner, host, node_, away):
    with pytest.raises(DomainError) as refusal:
        schedules.schedule(actor=owner, deployment=planned(owner), at=datetime.now(UTC) + away)
    assert refusal.value.field == "at"


def test_it_is_not_started_once_something_changed_and_those_who_may_deploy_get_a_mail(
    owner, scheduled, worker
):
    with worker():
        submit(actor=owner, wish=Wish(Operation.CREATE, "another"))
    overtaken = fresh(scheduled)
    assert overtaken.status == "superseded"
    assert "was not started at its time: something changed since" in overtaken.problem
    (letter,) = mail.outbox
    assert letter.to == ["owner@harbourline.test"]
    assert overtaken.problem in letter.body


def test_it_is_not_started_when_more_clients_would_be_refused_than_were_confirmed(
    owner, host, truststore, partner, node_, worker
):
    wish = Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)
    deployed(owner)
    submit(actor=owner, wish=Wish(Operation.CREATE, "unlike"))
    deployment = planned(owner)
    compiled = deployment.compiled
    for gate in compiled["ir"]["gates"]:
        if gate["trust"]:
            gate["trust"]["pins"] = []
    deployment.save(update_fields=["compiled"])
    schedules.schedule(actor=owner, deployment=deployment, at=datetime.now(UTC) + SOON)
    at = datetime.now(UTC).isoformat()
    seen = Seen(host.name, partner.fingerprint, "", "served", "", "CN=partner", 7, at, at)
    add(node=Node.objects.get(), seen=[seen])
    is_due()
    with worker():
        schedules.start_due()
    kept = fresh(deployment)
    assert kept.status == "ready"
    assert (
        f"more would be felt than Owner confirmed: CN=partner on {host.name} would be refused" in kept.problem
    )
    assert len(mail.outbox) == 1


def test_it_says_why_when_another_deployment_is_in_its_way(owner, host, node_):
    running = planned(owner)
    services.start(actor=owner, deployment=running)
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    later = planned(owner)
    schedules.schedule(actor=owner, deployment=later, at=datetime.now(UTC) + SOON)
    is_due()
    schedules.start_due()
    assert fresh(later).status == "ready"
    assert "Another deployment is on its way" in fresh(later).problem
