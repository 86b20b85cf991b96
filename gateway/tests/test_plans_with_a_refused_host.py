"""A host that Envoy refuses keeps what is live: the plan for the others stays, and its own batch fails."""

import pytest

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from gateway import rollouts, tasks
from gateway.agent import envoy
from gateway.models import Deployment, Rollout
from gateway.tests.page_cast import deployed, planned
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture
def half_bad(owner, host, monkeypatch):
    """Two live hosts; since then the proxy of one leads to /bad, for which Envoy refuses the host."""

    def validate(parts, *_):
        if any("/bad" in chain for part in parts for chain in part.note.chains.values()):
            raise envoy.Refused("a route leads to /bad")

    monkeypatch.setattr("gateway.agent.envoy.validate", validate)
    other = submit(actor=owner, wish=Wish(Operation.CREATE, "another")).host
    for name, on in (("Orders", host), ("Stock", other)):
        create_proxy(actor=owner, name=name, base_path="/o", hosts=[on], target_url="http://127.0.0.1:9")
    deployed(owner)
    for name, url in (("Orders", "http://127.0.0.1:9/bad"), ("Stock", "http://127.0.0.1:10")):
        proxy = Proxy.objects.get(name=name)
        hosts = list(proxy.hosts.all())
        change_proxy(actor=owner, proxy=proxy, name=name, base_path="/o", hosts=hosts, target_url=url)
    tasks.sweep_flags()


def test_it_is_not_superseded_by_the_sweep_as_long_as_nothing_else_changes(owner, half_bad):
    plan = planned(owner)
    assert [row["name"] for row in plan.changes if row["kind"] == "kept"] == ["partners.harbourline.test"]
    tasks.sweep_flags()
    plan.refresh_from_db()
    assert plan.status == "ready"
    submit(actor=owner, wish=Wish(Operation.CREATE, "third"))
    tasks.sweep_flags()
    plan.refresh_from_db()
    assert plan.status == "superseded"


def test_it_fails_the_batch_of_the_host_and_says_why(owner, half_bad, worker):
    draft = rollouts.Draft(owner.account, rollouts.flagged(owner.account, by="name"))
    with worker():
        rollouts.begin(actor=owner, draft=draft, size=1)
    failed = Rollout.objects.get()
    assert failed.status == "failed"
    assert failed.problem.startswith("Batch 1 (partners.harbourline.test): ")
    assert "a route leads to /bad" in failed.problem
    assert Deployment.objects.get(status="live").batch is None
