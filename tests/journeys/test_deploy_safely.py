"""Canary, way back and batches on two real Envoys, while callers never stop: no request is lost."""

import time
from http.server import ThreadingHTTPServer
from threading import Thread

import pytest

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from certificates.models import Keystore, ServerKey
from common import secrets
from gateway import compiling, rollouts, services
from gateway.agent.tests.stage import Target
from gateway.models import Deployment, Rollout
from tests.journeys.two_nodes import PATIENCE, Caller, RunningNode
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit

pytestmark = pytest.mark.journey
NAMES = ("aa", "bb", "cc")


@pytest.fixture
def target():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def pair(owner, monkeypatch):
    # Here the agents are at home in the test's process, on the connection of its transaction.
    monkeypatch.setattr("gateway.embedded.close_old_connections", lambda: None)
    nodes = [RunningNode("one"), RunningNode("two")]
    yield nodes
    for node in nodes:
        node.stop()


@pytest.fixture
def story(owner, worker, pair, target):
    """Three hosts, each with a proxy to /v0 of the target, live on both nodes."""
    for name in NAMES:
        host = submit(actor=owner, wish=Wish(Operation.CREATE, name)).host
        create_proxy(actor=owner, name=name, base_path="/", hosts=[host], target_url=f"{target}/v0")
    told = Story(owner, worker, pair, target)
    told.deploy()
    return told


class Story:
    """What people do, and the agents that move after it."""

    def __init__(self, owner, worker, pair, target):
        self.owner, self.worker, self.pair, self.target = owner, worker, pair, target

    def point(self, version, *names):
        """Change the targets of proxies."""
        for name in names or NAMES:
            proxy = Proxy.objects.get(name=name)
            change_proxy(
                actor=self.owner,
                proxy=proxy,
                name=name,
                base_path="/",
                hosts=list(proxy.hosts.all()),
                target_url=f"{self.target}/{version}",
            )

    def planned(self, **how):
        with self.worker():
            plan = services.plan_rollback(actor=self.owner, **how) if how else services.plan(actor=self.owner)
        plan = Deployment.objects.get(pk=plan.pk)
        assert plan.status == "ready", plan.problem
        return plan

    def deploy(self, plan=None, **how):
        plan = plan or self.planned()
        with self.worker():
            services.start(actor=self.owner, deployment=plan, **how)
        self.agents_move()
        return Deployment.objects.get(pk=plan.pk)

    def agents_move(self):
        for node in self.pair:
            with self.worker():
                node.step()

    def served(self, name="aa"):
        """The paths that reach the target through each node."""
        answers = [node.asks(f"{name}.harbourline.test") for node in self.pair]
        assert [status for status, _ in answers] == [200, 200]
        return [body.split('"path": "/')[1].split("/")[0].split('"')[0] for _, body in answers]


@pytest.fixture
def callers(story):
    """Four callers of one host: on each node one that keeps its connection, one that does not."""
    made = [
        Caller(node.node.port, "aa.harbourline.test", keep=keep)
        for node in story.pair
        for keep in (True, False)
    ]
    for caller in made:
        caller.start()
    yield made
    for caller in made:
        caller.end()


def lost(callers):
    """What was answered otherwise than with 200, after each has called for a while, also on this side of the
    last change."""
    end = time.monotonic() + PATIENCE
    while any(caller.answers.total() < 100 for caller in callers):
        assert time.monotonic() < end, [caller.answers for caller in callers]
        time.sleep(0.05)
    answers = [caller.end() for caller in callers]
    return {what: count for counted in answers for what, count in counted.items() if what != "200"}


def test_it_brings_a_canary_to_one_node_and_then_to_the_other(story, callers):
    story.point("v1")
    canary = story.deploy(first=[story.pair[0].node])
    assert canary.status == "canary"
    assert story.served() == ["v1", "v0"]
    with story.worker():
        services.go_on(actor=story.owner, deployment=canary)
    story.agents_move()
    assert Deployment.objects.get(pk=canary.pk).status == "live"
    assert story.served() == ["v1", "v1"]
    assert lost(callers) == {}


def test_it_takes_a_canary_back(story, callers):
    story.point("v1")
    canary = story.deploy(first=[story.pair[0].node])
    with story.worker():
        services.take_back(actor=story.owner, deployment=canary)
    story.agents_move()
    assert story.served() == ["v0", "v0"]
    assert lost(callers) == {}


def test_it_loses_no_request_over_twenty_deployments_and_the_way_back(story, callers):
    first = Deployment.objects.get(status="live")
    for number in range(1, 20):
        story.point(f"v{number}")
        assert story.deploy().status == "live"
    back = story.deploy(story.planned(to=first))
    assert (back.status, back.digest) == ("live", first.digest)
    assert story.served() == ["v0", "v0"]
    assert lost(callers) == {}


def test_it_redeploys_in_batches_and_stops_where_envoy_says_no(story, callers):
    story.point("v1")
    broken = Keystore.objects.create(account=story.owner.account, name="broken")
    good = ServerKey.objects.order_by("pk").first()
    ServerKey.objects.create(
        keystore=broken,
        alias="broken",
        certificate=good.certificate,
        chain_pem=good.chain_pem,
        sealed_key=secrets.seal("not a key"),
    )
    VirtualHost.objects.filter(alias="bb").update(keystore=broken)
    compiling.reflag(story.owner.account, good.created_at)
    draft = rollouts.Draft(story.owner.account, rollouts.flagged(story.owner.account))
    with story.worker():
        rollout = rollouts.begin(actor=story.owner, draft=draft, size=1)
    story.agents_move()
    failed = Rollout.objects.get(pk=rollout.pk)
    assert failed.status == "failed"
    assert failed.problem.startswith(
        "Batch 2 (bb.harbourline.test): bb.harbourline.test: Envoy would refuse it"
    )
    assert rollouts.remaining(failed) == ["bb.harbourline.test", "cc.harbourline.test"]
    assert [story.served(name) for name in NAMES] == [["v1", "v1"], ["v0", "v0"], ["v0", "v0"]]
    assert lost(callers) == {}
