"""The page and the API say how a node is, since when and why, and nothing of what it does for others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from gateway import fleet, node_health
from gateway.agent.release import FORM, RELEASE
from gateway.models import Cell, Node
from gateway.tests.page_cast import deployed, node


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def edge(db):
    made, _ = fleet.add_node(
        actor="operator root", name="edge", cell=Cell.default(), address="127.0.0.1", port=8443
    )
    Node.objects.filter(pk=made.pk).update(
        certificate_sha256="ab" * 32, certificate_ends_at=now() + timedelta(days=60), last_seen=now()
    )
    made.refresh_from_db()
    return made


def hears(node, *, ready=True):
    """A heartbeat of an agent of the portal's own release."""
    told = {"release": RELEASE, "form": FORM}
    node_health.heard_from(node=node, serving="", ready=ready, at=now(), **told)


def page(client, of):
    return client.get(reverse("gateway:node", args=[of.uuid])).content.decode()


def test_it_says_since_when_a_node_is_away_and_when_it_came_back(owner_client, edge):
    yesterday = now() - timedelta(days=1)
    Node.objects.filter(pk=edge.pk).update(last_seen=yesterday)
    assert "Nothing was heard of this node since" in page(owner_client, edge)
    hears(edge)
    (event, *_) = edge.events.all()
    assert event.what == "heard of again"
    assert f"{yesterday:%H:%M} UTC" in event.text


def test_it_says_that_envoy_is_away_while_the_agent_answers(owner_client, edge):
    hears(edge, ready=False)
    assert node_health.NO_ENVOY in page(owner_client, edge)
    hears(edge)
    assert [event.what for event in edge.events.all()][:2] == ["Envoy answers again", "Envoy does not answer"]


def test_it_shows_that_a_disk_is_full(owner_client, owner_api, edge):
    node_health.in_trouble(node=edge, why="The node’s own disk: No space left on device")
    assert "No space left on device" in page(owner_client, edge)
    (row,) = owner_api.get("/api/v1/nodes/").json()["results"]
    assert (row["status"], row["why"]) == ("refusing", "The node’s own disk: No space left on device")


def test_it_shows_certificate_cell_and_history(owner_client, owner_api, edge):
    text = page(owner_client, edge)
    for words in ("the agent renews it by itself", "default, 1 account", "operator root", "token made"):
        assert words in text
    shown = owner_api.get(f"/api/v1/nodes/{edge.uuid}/").json()
    assert (shown["cell"], shown["accounts"], shown["remote"]) == ("default", 1, True)
    assert [event["what"] for event in shown["events"]] == ["token made", "added"]
    assert "token" not in shown


def test_it_tells_an_account_who_serves_it(reader_client, reader_api, edge):
    text = reader_client.get(reverse("gateway:nodes")).content.decode()
    assert "Your hosts are served by edge." in " ".join(strip_tags(text).split())
    assert reader_api.get("/api/v1/cell/").json() == {"name": "default", "leaving": None, "nodes": ["edge"]}


def test_it_tells_on_a_hosts_page_which_cell_serves_it(owner_client, edge, host):
    text = owner_client.get(reverse("vhosts:detail", args=[host.uuid])).content.decode()
    assert "default</a>: edge" in text


def test_it_hides_a_node_from_accounts_that_it_does_not_serve(stranger_client, stranger_api, owner, host):
    deployed(owner)
    cell = fleet.add_cell(actor="operator", name="private")
    Node.objects.update(cell=cell)
    hidden = node()
    assert stranger_client.get(reverse("gateway:node", args=[hidden.uuid])).status_code == 404
    assert stranger_api.get(f"/api/v1/nodes/{hidden.uuid}/").status_code == 404
    assert stranger_api.get("/api/v1/nodes/").json()["count"] == 0
    assert stranger_api.get("/api/v1/cell/").json()["nodes"] == []


def test_it_needs_the_permission(owner, key_api, edge):
    for path in (f"nodes/{edge.uuid}/", "nodes/", "cell/"):
        assert key_api("hosts:read").get(f"/api/v1/{path}").status_code == 403


def test_it_lists_any_number_of_nodes_with_the_same_queries(reader_client, queries_of, edge):
    one = queries_of(lambda: reader_client.get(reverse("gateway:nodes")))
    for number in range(5):
        Node.objects.create(name=f"n{number}", port=8443)
    assert queries_of(lambda: reader_client.get(reverse("gateway:nodes"))) == one
