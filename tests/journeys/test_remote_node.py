"""A remote node serves on, whatever happens to the portal, its agent or its Envoy, and catches up."""

import os
import secrets
import signal

import pytest

from tests.journeys.remote import Rest, eventually

pytestmark = pytest.mark.journey


@pytest.fixture
def edge(product, remote):
    node = remote(f"edge-{secrets.token_hex(3)}")
    node.start()
    eventually(node.serves, 60, "the first answer of the node")
    rest = Rest(product)
    eventually(lambda: rest.node(node.name)["status"] == "proven", 60, "the proof of the node")
    return node


def test_it_serves_through_an_outage_of_the_portal_and_catches_up(product, edge):
    rest = Rest(product)
    edge.relay.close()
    rest.add_proxy("/outage", product.target)
    deployment = rest.deploy()
    eventually(lambda: product.call("partners", "/outage")[0] == 400, what="the deployment on the other node")
    for _ in range(20):
        assert edge.call("/orders") == 400
        assert edge.serves()
    assert edge.call("/outage", trusted=True) == 404
    assert rest.ask(deployment)["status"] == "delivering"
    eventually(lambda: rest.node(edge.name)["status"] == "no answer", 60, "that the node is silent")
    edge.relay.open()
    proofs = {proof["node"]: proof["status"] for proof in rest.wait(deployment, "live")["proofs"]}
    assert proofs == {edge.name: "proven", "local": "proven"}
    assert edge.call("/outage", trusted=True) == 200
    page = f"nodes/{rest.node(edge.name)['uuid']}/"
    wanted = {"in step again", "heard of again", "enrolled", "added"}
    eventually(lambda: wanted <= {event["what"] for event in rest.ask(page)["events"]}, what="the history")


def test_it_counts_what_was_seen_while_the_portal_was_away_exactly_once(product, edge):
    def served() -> int:
        return count_on(product, edge.name)

    eventually(lambda: served() > 0, what="the first counts")
    before = eventually(lambda: stable(served), what="that the counts stand still")
    edge.relay.close()
    for _ in range(30):
        assert edge.serves()
    edge.kill_agent()  # what it had not told lies on the disk
    edge.start()
    edge.relay.open()
    eventually(lambda: served() >= before + 30, 60, "the counts of the outage")
    assert stable(served) == before + 30


def test_it_serves_while_its_agent_is_killed_and_the_next_one_adopts_envoy(product, edge):
    envoy = edge.envoy()
    edge.kill_agent()
    assert edge.serves()
    edge.start()
    rest = Rest(product)
    rest.add_proxy("/adopted", product.target)
    rest.wait(rest.deploy(), "live")
    assert edge.call("/adopted", trusted=True) == 200
    assert edge.envoy() == envoy


def test_it_starts_a_killed_envoy_with_the_last_good_configuration_without_the_portal(edge):
    edge.relay.close()
    os.kill(edge.envoy(), signal.SIGKILL)
    eventually(edge.serves, what="Envoy")
    assert edge.call("/orders") == 400


def count_on(product, node: str) -> int:
    """Served calls of the demo's partner that the portal counted for a node."""
    from tests.journeys.remote import manage

    program = (
        "from django.db.models import Sum; from gateway.models import Sighting; "
        f"found = Sighting.objects.filter(node__name='{node}', outcome='served', host__alias='partners'); "
        "print(found.aggregate(n=Sum('count'))['n'] or 0)"
    )
    return int(manage(product, "shell", "-v", "0", "-c", program).stdout)


def stable(count) -> int:
    """The count, when it is the same as a few seconds before; else 0."""
    before = count()
    return before if count() == before else 0
