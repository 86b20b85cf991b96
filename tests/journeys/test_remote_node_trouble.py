"""What goes wrong between a node and the portal is said, tried again, and never live by half."""

import pytest

from tests.journeys.remote import Rest, eventually, manage

pytestmark = pytest.mark.journey


def test_it_refuses_a_part_that_was_cut_on_the_way_and_asks_again(remote, product):
    node = remote("cut")
    node.relay.cut_after = 3_000  # the list passes, the part does not
    node.start()
    eventually(lambda: "did not arrive" in node.log(), 60, "the word about the broken part")
    assert node.call("/orders") == 0
    node.relay.cut_after = None
    eventually(node.serves, 60, "the node's first answer")
    assert "PRIVATE KEY" not in node.log()


def test_it_ends_a_deployment_that_a_node_misses_and_gives_it_what_is_live_when_it_is_back(remote, product):
    node, rest = remote("traveller"), Rest(product)
    node.start()
    eventually(node.serves, 60, "the first answer of the node")
    eventually(lambda: rest.node("traveller")["status"] == "proven", what="the proof of the new node")
    node.relay.close()
    rest.add_proxy("/missed", product.target)
    missed = rest.deploy()
    # A day passes: what counts is when the node was heard of last, and since when the deployment waits.
    program = (
        "from datetime import timedelta; from django.db.models import F; from gateway.models import *; "
        "from gateway import services; day = timedelta(days=1); "
        "Node.objects.filter(name='traveller').update(last_seen=F('last_seen') - day); "
        "Deployment.objects.filter(status='delivering').update(changed_at=F('changed_at') - day); "
        "services.give_back_stale()"
    )
    done = manage(product, "shell", "-v", "0", "-c", program)
    assert done.returncode == 0, done.stderr
    problem = rest.wait(missed, "rejected")["problem"]
    assert problem.startswith("traveller: no answer within 10 minutes.")
    seen = rest.node("traveller")
    assert (seen["status"], seen["since"]) == ("no answer", seen["last_seen"])
    manage(product, "node", "retire", "traveller")
    rest.wait(rest.deploy(), "live")  # it blocks nothing any more


def test_it_is_brought_up_to_date_when_it_is_back(remote, product):
    node, rest = remote("late"), Rest(product)
    rest.add_proxy("/before-it-came", product.target)
    rest.wait(rest.deploy(), "live")  # a node that was never heard of is not waited for
    node.start()
    eventually(node.serves, 60, "the first answer of the node")
    assert node.call("/before-it-came", trusted=True) == 200
    uuid = eventually(lambda: rest.node("late")["status"] == "proven" and rest.node("late")["uuid"])
    proofs = rest.ask(f"nodes/{uuid}/")["proofs"]
    assert [proof["status"] for proof in proofs] == ["proven"]


def test_it_ends_a_deployment_that_changes_nothing(remote, product):
    node, rest = remote("content"), Rest(product)
    node.start()
    eventually(lambda: rest.node("content")["status"] == "proven", 60, "the proof of the new node")
    rest.wait(rest.deploy(), "live")
    rest.wait(rest.deploy(), "live")
