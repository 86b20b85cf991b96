"""A proxy is flagged exactly when its compiled configuration differs from the live one."""

from datetime import UTC, datetime

import pytest

from catalog.services import change_proxy, create_product, create_proxy, publish_product
from gateway import compiling, services
from gateway.models import Deployment, Node
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def proxy(owner, host):
    return create_proxy(
        actor=owner, name="Orders", base_path="/orders", hosts=[host], target_url="http://127.0.0.1:9"
    )


@pytest.fixture
def live(owner, proxy):
    """Deployed, as if the one node had proven it."""
    Node.objects.create(name="local", port=8443)
    deploy(owner)


def deploy(owner):
    deployment = services.plan(actor=owner)
    services.prepare(deployment=deployment, at=NOW)
    services.start(actor=owner, deployment=deployment)
    node = Node.objects.get()
    services.proven(node=node, version=node.wanted_version, probes=[], at=NOW)
    deployment.refresh_from_db()
    assert deployment.status == "live"
    return deployment


def state(proxy):
    compiling.reflag(proxy.account, NOW)
    proxy.refresh_from_db()
    return proxy.state


def edit(owner, proxy, **changes):
    now = {
        "name": proxy.name,
        "base_path": proxy.base_path,
        "hosts": list(proxy.hosts.all()),
        "target_url": proxy.target_url,
        "description": proxy.description,
    }
    change_proxy(actor=owner, proxy=proxy, **(now | changes))


def test_it_is_not_deployed_before_its_first_deployment(proxy):
    assert state(proxy) == "not deployed"


def test_it_is_deployed_once_every_node_has_proven_it(proxy, live):
    assert state(proxy) == "deployed"


def test_it_flags_nothing_for_a_description_or_a_name(owner, proxy, live):
    edit(owner, proxy, description="Orders of our partners", name="Orders 2")
    assert state(proxy) == "deployed"


def test_it_flags_a_new_target_with_the_reason(owner, proxy, live):
    edit(owner, proxy, target_url="http://127.0.0.1:10")
    assert state(proxy) == "needs redeploy"
    assert proxy.reasons == ["target http://127.0.0.1:9 → http://127.0.0.1:10, by Owner"]


def test_it_flags_the_proxies_of_a_host_that_starts_to_ask_for_certificates(
    owner, proxy, live, host, truststore
):
    submit(
        actor=owner,
        wish=Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid)),
    )
    assert state(proxy) == "needs redeploy"
    assert "client authentication off → required" in proxy.reasons[0]


def test_it_leaves_the_proxies_of_other_hosts_alone(owner, proxy, live, truststore):
    other = submit(actor=owner, wish=Wish(Operation.CREATE, "other")).host
    submit(
        actor=owner,
        wish=Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(other.uuid)),
    )
    assert state(proxy) == "deployed"


def test_it_takes_the_flag_back_when_the_change_is_undone(owner, proxy, live, host, truststore):
    submit(
        actor=owner,
        wish=Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid)),
    )
    deploy(owner)
    submit(actor=owner, wish=Wish(Operation.UPDATE, "", client_auth="off", host=str(host.uuid)))
    assert state(proxy) == "needs redeploy"
    submit(
        actor=owner,
        wish=Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid)),
    )
    assert state(proxy) == "deployed"


def test_it_flags_the_product_that_publishes_it_until_it_is_published_again(owner, proxy, live):
    product = create_product(actor=owner, name="orders", title="Orders", proxies=[proxy])
    publish_product(actor=owner, product=product)
    edit(owner, proxy, target_url="http://127.0.0.1:10")
    state(proxy)
    product.refresh_from_db()
    assert product.state == "needs republish"
    deploy(owner)
    product.refresh_from_db()
    assert product.state == "needs republish"
    publish_product(actor=owner, product=product)
    compiling.reflag(owner.account, NOW)
    product.refresh_from_db()
    assert product.state == "published"
    assert Deployment.objects.filter(status="live").count() == 1
