"""A deployment may go to some nodes first; a person, or quiet time, brings it to the others."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from catalog.models import Proxy
from catalog.services import create_proxy, delete_proxy
from common.errors import Conflict, DomainError
from gateway import canaries, delivery, services, sightings, tasks
from gateway.agent.seen import Sighting as Seen
from gateway.models import Canary, Deployment
from gateway.tests.page_cast import nodes, planned, proves


@pytest.fixture
def two(owner, host, monkeypatch):
    """Two nodes that serve a first deployment. Envoy's own check has a test of its own."""
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)
    pair = nodes(2)
    services.start(actor=owner, deployment=planned(owner))
    for node in pair:
        proves(node)
    return pair


def changed(owner, host):
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    return Deployment.objects.get(pk=planned(owner).pk)


@pytest.fixture
def canary(owner, host, two):
    """A canary that its one node has proven."""
    deployment = changed(owner, host)
    services.start(actor=owner, deployment=deployment, first=two[:1], minutes=10)
    proves(two[0])
    return Deployment.objects.get(pk=deployment.pk)


def called(host, node, outcome, count):
    at = datetime.now(UTC).isoformat()
    sightings.add(node=node, seen=[Seen(host.name, "", "", outcome, "", "", count, at, at)])


def fresh(deployment):
    return Deployment.objects.get(pk=deployment.pk)


def test_it_gives_the_deployment_only_to_the_nodes_of_the_canary(owner, host, two):
    deployment = changed(owner, host)
    services.start(actor=owner, deployment=deployment, first=two[:1])
    assert deployment.digest in delivery.wanted_of(two[0]).digests
    assert deployment.digest not in delivery.wanted_of(two[1]).digests


def test_it_waits_for_a_person_once_its_nodes_have_proven_it(canary):
    assert canary.status == "canary"
    assert canary.canary.proven_at is not None


def test_it_goes_on_to_every_node_and_is_live_when_the_rest_has_proven_it(owner, canary, two):
    services.go_on(actor=owner, deployment=canary)
    assert canary.digest in delivery.wanted_of(two[1]).digests
    assert fresh(canary).status == "delivering"
    proves(two[1])
    assert fresh(canary).status == "live"


def test_it_is_taken_back_by_a_person_and_what_was_live_serves_again(owner, canary, two):
    services.take_back(actor=owner, deployment=canary)
    taken = fresh(canary)
    assert (taken.status, taken.problem) == ("rejected", "Owner took it back from local.")
    assert delivery.wanted_of(two[0]).digests == delivery.wanted_of(two[1]).digests
    assert AuditEntry.objects.filter(action="deployment:rejected", actor="Owner").exists()


def test_it_is_taken_back_by_itself_when_the_canary_refuses(owner, host, two):
    deployment = changed(owner, host)
    services.start(actor=owner, deployment=deployment, first=two[:1])
    proves(two[0], ok=False)
    assert fresh(deployment).status == "rejected"
    assert deployment.digest not in delivery.wanted_of(two[0]).digests


def test_it_is_taken_back_everywhere_when_a_later_node_refuses(owner, canary, two):
    services.go_on(actor=owner, deployment=canary)
    proves(two[1], ok=False)
    assert fresh(canary).status == "rejected"
    assert canary.digest not in delivery.wanted_of(two[0]).digests


def test_it_goes_on_by_itself_after_its_time(canary, host, two):
    called(host, two[0], "served", 3)
    tasks.canaries_go_on()
    assert fresh(canary).status == "canary"
    Canary.objects.update(proven_at=datetime.now(UTC) - timedelta(minutes=11))
    tasks.canaries_go_on()
    assert fresh(canary).status == "delivering"


def test_it_does_not_go_on_by_itself_when_nobody_called_its_nodes(canary, host, two):
    called(host, two[1], "served", 3)
    Canary.objects.update(proven_at=datetime.now(UTC) - timedelta(minutes=11))
    tasks.canaries_go_on()
    held = fresh(canary)
    assert held.status == "canary"
    assert "no call reached its nodes" in held.canary.held


def test_it_does_not_go_on_by_itself_while_refusals_rise(canary, host, two):
    called(host, two[0], "served", 90)
    called(host, two[0], "refused", 10)
    Canary.objects.update(proven_at=datetime.now(UTC) - timedelta(minutes=11))
    tasks.canaries_go_on()
    held = fresh(canary)
    assert held.status == "canary"
    assert f"on {host.name} 10.0% of the calls are refused, no calls before" in held.canary.held


def test_it_counts_what_each_side_saw_since(owner, host, two):
    called(host, two[0], "served", 5)
    deployment = changed(owner, host)
    services.start(actor=owner, deployment=deployment, first=two[:1])
    called(host, two[0], "served", 7)
    called(host, two[1], "refused", 2)
    (row,) = canaries.seen_since(fresh(deployment).canary)
    assert (row.before.served, row.since.served, row.others.refused) == (5, 7, 2)
    assert not row.rises


def test_a_plan_made_meanwhile_says_what_it_changes_against_the_new_live_one(owner, host, canary, two):
    delete_proxy(actor=owner, proxy=Proxy.objects.get())
    later = planned(owner)
    assert later.changes == []
    services.go_on(actor=owner, deployment=canary)
    proves(two[1])
    assert [(row["name"], row["kind"]) for row in fresh(later).changes] == [("/o", "removed")]


def test_it_refuses_a_canary_of_every_node(owner, host, two):
    with pytest.raises(DomainError) as refusal:
        services.start(actor=owner, deployment=changed(owner, host), first=two)
    assert refusal.value.field == "canary"
    assert not Deployment.objects.filter(status="delivering").exists()


def test_it_blocks_the_next_deployment_until_it_ends(owner, canary):
    later = planned(owner)
    with pytest.raises(Conflict) as refusal:
        services.start(actor=owner, deployment=later)
    assert refusal.value.code == "deployment_running"
    assert "Go on with it, or take it back" in refusal.value.message
