"""A host counts as enforced since a deployment brought it, not since any deployment; going back undoes it."""

from datetime import UTC, datetime

import pytest

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from gateway import rollouts, services, tasks
from gateway.models import Deployment
from gateway.selectors import enforced_since
from gateway.tests.page_cast import deployed, node, proves
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def other(owner):
    return submit(actor=owner, wish=Wish(Operation.CREATE, "other")).host


@pytest.fixture
def first(owner, host, other):
    """Live: a proxy on each of two hosts. Both need a redeploy afterwards."""
    for name, on in (("Orders", host), ("Stock", other)):
        create_proxy(actor=owner, name=name, base_path="/o", hosts=[on], target_url="http://127.0.0.1:9")
    live = deployed(owner)
    for proxy in Proxy.objects.all():
        hosts = list(proxy.hosts.all())
        url = "http://127.0.0.1:10"
        change_proxy(actor=owner, proxy=proxy, name=proxy.name, base_path="/o", hosts=hosts, target_url=url)
    tasks.sweep_flags()
    return live


def test_it_counts_the_batch_that_brings_the_host_and_no_other(owner, first, host, other, worker):
    now = datetime.now(UTC)
    draft = rollouts.Draft(owner.account, rollouts.flagged(owner.account, by="name"))
    with worker():
        rollouts.begin(actor=owner, draft=draft, size=1)
    with worker():
        proves(node())
    assert enforced_since(host, not_before=now) is not None
    assert enforced_since(other, not_before=now) is None
    with worker():
        proves(node())
    assert enforced_since(other, not_before=now) is not None


def test_it_ends_when_the_account_goes_back(owner, first, host):
    now = datetime.now(UTC)
    deployed(owner)
    assert enforced_since(host, not_before=now) is not None
    back = services.plan_rollback(actor=owner, to=first)
    services.prepare(deployment=back, at=now)
    services.start(actor=owner, deployment=Deployment.objects.get(pk=back.pk))
    proves(node())
    assert enforced_since(host, not_before=now) is None
