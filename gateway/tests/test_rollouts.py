"""Flagged proxies are redeployed a few hosts at a time; the first failure stops it."""

import pytest

from catalog.models import Proxy
from catalog.services import change_proxy, create_product, create_proxy, publish_product
from common.errors import Conflict
from gateway import delivery, rollouts, services, tasks
from gateway.models import Deployment, Rollout
from gateway.tests.page_cast import deployed, node, planned, proves
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def flagged(owner, host):
    """Three proxies on three hosts, live, whose targets have changed since: they need a redeploy."""
    made = []
    for number, alias in enumerate(("cc", "aa", "bb")):
        on = submit(actor=owner, wish=Wish(Operation.CREATE, alias)).host
        url = "http://127.0.0.1:9"
        made.append(
            create_proxy(actor=owner, name=f"API {number}", base_path=f"/{alias}", hosts=[on], target_url=url)
        )
    deployed(owner)
    for proxy in made:
        proxy.refresh_from_db()
        change_proxy(
            actor=owner,
            proxy=proxy,
            name=proxy.name,
            base_path=proxy.base_path,
            hosts=list(proxy.hosts.all()),
            target_url="http://127.0.0.1:10",
        )
    tasks.sweep_flags()
    return made


def begun(owner, *, size=1, by="host", only=None):
    draft = rollouts.Draft(owner.account, rollouts.flagged(owner.account, by=by, only=only))
    return rollouts.begin(actor=owner, draft=draft, size=size)


def fresh(rollout):
    return Rollout.objects.get(pk=rollout.pk)


def hosts_of(rollout):
    return [[host["name"].split(".")[0] for host in batch.hosts] for batch in rollout.batches.all()]


def states():
    return list(Proxy.objects.order_by("name").values_list("needs_redeploy", flat=True))


def test_it_orders_by_host_by_name_or_as_given(owner, flagged):
    def orders(**how):
        return [proxy.name for proxy in rollouts.flagged(owner.account, **how)]

    assert orders(by="host") == ["API 1", "API 2", "API 0"]
    assert orders(by="name") == ["API 0", "API 1", "API 2"]
    given = [flagged[2].uuid, flagged[0].uuid]
    assert orders(by="given", only=given) == ["API 2", "API 0"]


def test_it_deploys_one_batch_after_the_other_and_unflags_as_it_goes(owner, flagged, worker):
    with worker():
        rollout = begun(owner, size=2)
    assert hosts_of(rollout) == [["aa", "bb"], ["cc"]]
    first = Deployment.objects.get(batch__number=1)
    assert first.status == "delivering"
    assert {row["name"].split(".")[0] for row in first.changes if row["what"] == "host"} == set()
    with worker():
        proves(node())
    assert states() == [True, False, False]
    assert Deployment.objects.get(batch__number=2).status == "delivering"
    with worker():
        proves(node())
    assert fresh(rollout).status == "done"
    assert states() == [False, False, False]


def test_it_stops_at_a_failure_and_says_what_remains(owner, flagged, worker):
    with worker():
        rollout = begun(owner)
    with worker():
        proves(node())
    with worker():
        proves(node(), ok=False)
    failed = fresh(rollout)
    assert failed.status == "failed"
    assert failed.problem == "Batch 2 (bb.harbourline.test): local: port is taken."
    assert rollouts.remaining(failed) == ["bb.harbourline.test", "cc.harbourline.test"]
    assert [batch.status for batch in failed.batches.all()] == ["done", "failed", "waiting"]
    assert states() == [True, False, True]
    assert Deployment.objects.get(status="live").batch.number == 1


def test_it_starts_no_batch_while_it_is_paused(owner, flagged, worker):
    with worker():
        rollout = begun(owner)
        rollouts.pause(actor=owner, rollout=rollout)
    with worker():
        proves(node())
    assert not Deployment.objects.filter(batch__number=2).exists()
    with worker():
        rollouts.resume(actor=owner, rollout=fresh(rollout))
    assert Deployment.objects.filter(batch__isnull=False, status="delivering").exists()


def test_it_plans_a_batch_anew_whose_place_a_plan_took_during_a_pause(owner, flagged, worker):
    with worker():
        rollout = begun(owner)
    rollouts.pause(actor=owner, rollout=rollout)
    with worker():
        proves(node())
    theirs = planned(owner)
    services.start(actor=owner, deployment=theirs)
    with worker():
        proves(node())
    assert states() == [False, False, False]
    with worker():
        rollouts.resume(actor=owner, rollout=fresh(rollout))
    for _ in range(2):
        with worker():
            proves(node())
    assert fresh(rollout).status == "done"


def test_it_ends_when_it_is_stopped_and_leaves_the_rest_flagged(owner, flagged, worker):
    with worker():
        rollout = begun(owner)
    rollouts.stop(actor=owner, rollout=rollout)
    with worker():
        proves(node())
    assert states() == [True, False, True]
    assert Deployment.objects.filter(batch__isnull=False).count() == 1


def test_it_stops_before_a_batch_that_would_do_more_than_was_confirmed(owner, flagged, worker):
    with worker():
        rollout = begun(owner)
    cc = flagged[0].hosts.get()
    submit(actor=owner, wish=Wish(Operation.UPDATE, "renamed", host=str(cc.uuid)))
    for _ in range(2):
        with worker():
            proves(node())
    failed = fresh(rollout)
    assert failed.status == "failed"
    assert Deployment.objects.latest("pk").status == "superseded"
    assert "more would be felt than Owner confirmed: cc.harbourline.test would go away" in failed.problem


def test_it_leaves_no_batch_behind_that_nobody_would_start(owner, flagged, worker):
    with worker():
        rollout = begun(owner)
    with worker():
        proves(node())
    batch = Deployment.objects.get(batch__number=2)
    Deployment.objects.filter(pk=batch.pk).update(status="checking")
    rollouts.stop(actor=owner, rollout=fresh(rollout))
    batch.refresh_from_db()
    assert batch.status == "superseded"


def test_it_keeps_plans_by_hand_out_of_its_way(owner, flagged, worker):
    with worker():
        begun(owner)
    with pytest.raises(Conflict) as refusal:
        services.plan(actor=owner)
    assert refusal.value.code == "rollout_running"
    with pytest.raises(Conflict) as refusal:
        begun(owner)
    assert refusal.value.code == "rollout_running"


def test_it_does_not_start_without_a_flagged_proxy(owner, host):
    deployed(owner)
    with pytest.raises(Conflict) as refusal:
        begun(owner)
    assert refusal.value.code == "nothing_flagged"


def test_it_republishes_the_products_of_its_proxies(owner, host, worker):
    proxy = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9"
    )
    deployed(owner)
    product = create_product(actor=owner, name="orders", title="Orders", proxies=[proxy])
    proxy.refresh_from_db()
    publish_product(actor=owner, product=product)
    change_proxy(
        actor=owner,
        proxy=proxy,
        name="Orders",
        base_path="/o",
        hosts=[host],
        target_url="http://127.0.0.1:10",
    )
    tasks.sweep_flags()
    with worker():
        rollout = begun(owner)
    early = rollouts.republish(actor=owner, rollout=rollout)
    assert early["published"] == []
    assert "Deploy first" in early["refused"]["Orders"]
    with worker():
        proves(node())
    assert rollouts.republish(actor=owner, rollout=fresh(rollout)) == {"published": ["Orders"], "refused": {}}
    product.refresh_from_db()
    assert product.state == "published"


def test_it_gives_a_node_the_composed_part(owner, flagged, worker):
    with worker():
        begun(owner)
    assert Deployment.objects.get(batch__number=1).digest in delivery.wanted_of(node()).digests
