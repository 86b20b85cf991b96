"""The pages of nodes: whether each serves what it should, and when it was last heard of."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from gateway.models import Node
from gateway.node_health import health_of
from gateway.tests.page_cast import deployed, node


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"wanted_version": "a", "live_version": "a"}, "proven"),
        ({"wanted_version": "b", "live_version": "a"}, "behind"),
        ({"wanted_version": "a", "live_version": "a", "trouble": "port taken"}, "refusing"),
    ],
)
def test_it_tells_a_node_that_is_behind(facts, status):
    assert health_of(Node(last_seen=datetime.now(UTC), **facts)).status == status


@pytest.mark.parametrize("seen", [None, timedelta(seconds=31)])
def test_it_tells_a_node_that_is_silent(seen):
    silent = Node(wanted_version="a", live_version="a", last_seen=seen and datetime.now(UTC) - seen)
    assert health_of(silent).status == "no answer"


def test_it_lists_the_nodes(owner_client):
    node()
    assert "local" in owner_client.get(reverse("gateway:nodes")).content.decode()


def test_it_shows_the_trouble_of_a_node(owner_client):
    one = node()
    Node.objects.update(trouble="The port is taken.")
    assert "The port is taken." in owner_client.get(reverse("gateway:node", args=[one.uuid])).content.decode()


def test_it_shows_a_stranger_the_node_without_deployments_of_others(stranger_client, owner, host):
    made = deployed(owner)
    text = stranger_client.get(reverse("gateway:node", args=[node().uuid])).content.decode()
    assert str(made.uuid) not in text
    assert "partners.harbourline.test" not in text
