"""A deployment is checked before it is offered, live when it is proven, taken back when a node refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.services import create_proxy
from certificates.models import ServerKey
from common import secrets
from common.errors import Conflict
from common.transitions import move
from gateway import delivery, services
from gateway.models import Deployment, Node

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def node(db):
    return Node.objects.create(name="local", port=8443)


def ready(owner):
    deployment = services.plan(actor=owner)
    services.prepare(deployment=deployment, at=NOW)
    deployment.refresh_from_db()
    return deployment


def test_it_offers_what_envoy_accepts_and_says_what_changes(owner, host, node):
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    deployment = ready(owner)
    assert (deployment.status, deployment.problem) == ("ready", "")
    assert {(row["what"], row["name"], row["kind"]) for row in deployment.changes} == {
        ("host", "default.harbourline.test", "new"),
        ("host", "partners.harbourline.test", "new"),
        ("proxy", "Orders", "new"),
    }


def test_it_rejects_what_envoy_would_refuse_and_keeps_the_last_good_one(owner, host, node):
    first = ready(owner)
    services.start(actor=owner, deployment=first)
    services.proven(node=node, version=Node.objects.get().wanted_version, probes=[], at=NOW)
    key = ServerKey.objects.get(keystore=host.keystore)
    ServerKey.objects.filter(pk=key.pk).update(sealed_key=secrets.seal("not a key"))
    second = ready(owner)
    assert second.status == "rejected"
    assert "Envoy would refuse it" in second.problem
    first.refresh_from_db()
    assert first.status == "live"


def test_it_keeps_private_keys_out_of_the_deployment(owner, host, node):
    deployment = ready(owner)
    assert "PRIVATE KEY" not in str(deployment.compiled)


def test_it_hands_the_node_parts_that_only_their_owner_may_read(owner, host, node):
    deployment = ready(owner)
    services.start(actor=owner, deployment=deployment)
    folder = delivery.parts_folder(node)
    (path,) = folder.iterdir()
    assert path.name == f"{deployment.digest}.json"
    assert "PRIVATE KEY" in path.read_text()
    assert (path.stat().st_mode | folder.stat().st_mode) & 0o077 == 0


def test_it_hands_over_again_only_what_has_changed(owner, host, node, stranger):
    services.start(actor=stranger, deployment=ready(stranger))
    (theirs,) = delivery.parts_folder(node).iterdir()
    before = theirs.stat().st_mtime_ns
    services.start(actor=owner, deployment=ready(owner))
    assert len([*delivery.parts_folder(node).iterdir()]) == 2
    assert theirs.stat().st_mtime_ns == before


def test_it_does_not_offer_a_name_that_another_account_serves(owner, host, node, stranger):
    theirs = ready(stranger)
    services.start(actor=stranger, deployment=theirs)
    theirs.hosts.update(name=host.name)
    deployment = ready(owner)
    assert deployment.status == "rejected"
    assert deployment.problem == f"Another account serves {host.name} already."


def test_it_is_live_only_when_every_node_has_proven_it(owner, host, node):
    other = Node.objects.create(name="second", port=8444)
    deployment = ready(owner)
    services.start(actor=owner, deployment=deployment)
    for each, status in ((node, "delivering"), (other, "live")):
        each.refresh_from_db()
        services.proven(node=each, version=each.wanted_version, probes=[], at=NOW)
        deployment.refresh_from_db()
        assert deployment.status == status


def test_it_is_taken_back_everywhere_when_one_node_refuses(owner, host, node):
    before = ready(owner)
    services.start(actor=owner, deployment=before)
    services.proven(node=node, version=Node.objects.get().wanted_version, probes=[], at=NOW)
    good = Node.objects.get().wanted_version
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    deployment = ready(owner)
    services.start(actor=owner, deployment=deployment)
    wanted = Node.objects.get().wanted_version
    assert wanted != good
    services.refused(node=node, version=wanted, reason="port is taken", probes=[], at=NOW)
    deployment.refresh_from_db()
    assert (deployment.status, deployment.problem) == ("rejected", "local: port is taken")
    assert Node.objects.get().wanted_version == good


def test_it_lets_one_delivery_run_at_a_time(owner, host, node):
    services.start(actor=owner, deployment=ready(owner))
    second = ready(owner)
    with pytest.raises(Conflict) as refusal:
        services.start(actor=owner, deployment=second)
    assert refusal.value.code == "deployment_running"


def test_it_supersedes_a_plan_that_nobody_started(owner, host, node):
    first = ready(owner)
    ready(owner)
    first.refresh_from_db()
    assert first.status == "superseded"


def test_it_gives_a_plan_back_whose_worker_died(owner, host, node):
    deployment = services.plan(actor=owner)
    long_ago = NOW - timedelta(days=400)
    Deployment.objects.filter(pk=deployment.pk).update(status="checking", changed_at=long_ago)
    services.give_back_stale()
    deployment.refresh_from_db()
    assert deployment.status == "planned"


def test_it_is_proven_by_a_version_that_overtook_its_own(owner, host, node, stranger):
    mine, theirs = ready(owner), ready(stranger)
    services.start(actor=owner, deployment=mine)
    services.start(actor=stranger, deployment=theirs)  # before the node looked at the first one
    services.proven(node=node, version=Node.objects.get().wanted_version, probes=[], at=NOW)
    for deployment in (mine, theirs):
        deployment.refresh_from_db()
        assert deployment.status == "live"


def test_it_ends_a_delivery_that_a_node_never_answered(owner, host, node):
    deployment = ready(owner)
    services.start(actor=owner, deployment=deployment)
    Deployment.objects.update(changed_at=NOW - timedelta(days=400))
    services.give_back_stale()
    deployment.refresh_from_db()
    assert deployment.status == "rejected"
    assert "local: no answer within 10 minutes" in deployment.problem


def test_it_blames_a_failed_probe_on_the_account_whose_host_it_was(owner, host, node, stranger):
    mine, theirs = ready(owner), ready(stranger)
    services.start(actor=owner, deployment=mine)
    services.start(actor=stranger, deployment=theirs)
    probe = {
        "host": host.name,
        "what": "stranger",
        "expected": "400",
        "status": 200,
        "reason": "",
        "ok": False,
    }
    version = Node.objects.get().wanted_version
    services.refused(node=node, version=version, reason="a probe failed", probes=[probe], at=NOW)
    for deployment in (mine, theirs):
        deployment.refresh_from_db()
    assert mine.status == "rejected"
    assert f"{host.name}, called with stranger: 200" in mine.problem
    assert (theirs.status, theirs.problem) == ("delivering", "")
    services.proven(node=node, version=Node.objects.get().wanted_version, probes=[], at=NOW)
    theirs.refresh_from_db()
    assert theirs.status == "live"


def test_it_does_not_start_an_older_plan_over_a_newer_one(owner, host, node):
    older = services.plan(actor=owner)
    Deployment.objects.filter(pk=older.pk).update(status="checking")
    newer = ready(owner)
    older.refresh_from_db()
    assert older.status == "superseded"
    services.start(actor=owner, deployment=newer)


def test_it_gives_up_on_a_plan_that_three_workers_could_not_compile(owner, host, node):
    deployment = services.plan(actor=owner)
    for _ in range(3):
        deployment.refresh_from_db()
        move(deployment, "checking", actor="Portal")
        Deployment.objects.filter(pk=deployment.pk).update(changed_at=NOW - timedelta(days=400))
        services.give_back_stale()
    deployment.refresh_from_db()
    assert deployment.status == "rejected"
    assert "failed 3 times" in deployment.problem
