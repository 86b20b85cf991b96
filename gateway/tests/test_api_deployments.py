"""Deployments and nodes on the REST API."""

import pytest
from django.utils import timezone

from gateway import delivery, services
from gateway.models import Deployment, Node

pytestmark = pytest.mark.django_db
DEPLOYMENTS = "/api/v1/deployments/"


@pytest.fixture
def ready(owner_api, host, worker):
    with worker():
        made = owner_api.post(DEPLOYMENTS, {"note": "first"}).json()
    return f"{DEPLOYMENTS}{made['uuid']}/"


@pytest.fixture
def node(ready):
    """Known after the plan was checked, so that no Envoy is needed here."""
    node = Node.objects.create(name="local", port=8443)
    delivery.node_directory(node).mkdir()
    return node


def test_it_plans_a_deployment(owner_api, host):
    answer = owner_api.post(DEPLOYMENTS, {"note": "first"})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["number"], made["status"], made["actor"], made["note"]) == (1, "planned", "Owner", "first")


def test_it_shows_what_a_ready_one_changes(reader_api, ready):
    answer = reader_api.get(ready).json()
    assert (answer["status"], answer["problem"]) == ("ready", "")
    named = {(row["what"], row["kind"], row["name"]) for row in answer["changes"]}
    assert ("host", "new", "partners.harbourline.test") in named
    assert [move["new"] for move in answer["moves"]] == ["checking", "ready"]


def test_it_needs_a_node_to_deploy(owner_api, ready):
    answer = owner_api.post(f"{ready}deploy/")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_node")


def test_it_delivers_and_shows_each_proof(owner_api, ready, node):
    answer = owner_api.post(f"{ready}deploy/")
    assert (answer.status_code, answer.json()["status"]) == (200, "delivering")
    assert [(proof["node"], proof["status"]) for proof in answer.json()["proofs"]] == [("local", "waiting")]
    version = Node.objects.get().wanted_version
    probe = {"host": "partners.harbourline.test", "what": "served", "ok": True}
    services.proven(node=node, version=version, probes=[probe], at=timezone.now())
    live = owner_api.get(ready).json()
    assert (live["status"], live["proofs"][0]["probes"]) == ("live", [probe])


def test_it_does_not_deploy_twice(owner_api, ready, node):
    owner_api.post(f"{ready}deploy/")
    assert owner_api.post(f"{ready}deploy/").status_code == 409


def test_it_refuses_a_status_from_outside(owner_api, host):
    answer = owner_api.post(DEPLOYMENTS, {"status": "live"})
    assert [error["field"] for error in answer.json()["errors"]] == ["status"]
    assert not Deployment.objects.exists()


def test_it_hides_deployments_from_strangers(stranger_api, ready):
    assert stranger_api.get(ready).status_code == 404
    assert stranger_api.post(f"{ready}deploy/").status_code == 404
    assert stranger_api.get(DEPLOYMENTS).json()["count"] == 0


def test_it_tells_of_nodes_whether_they_are_in_step(stranger_api, node):
    Node.objects.update(wanted_version="a", live_version="b", trouble="orders.harbourline.test: refused")
    answer = stranger_api.get("/api/v1/nodes/")
    row = answer.json()["results"][0]
    assert (row["name"], row["in_step"], row["in_trouble"]) == ("local", False, True)
    assert "harbourline" not in answer.content.decode()


def test_it_lists_any_number_of_deployments_with_the_same_queries(owner_api, host, queries_of):
    owner_api.post(DEPLOYMENTS)
    before = queries_of(lambda: owner_api.get(DEPLOYMENTS))
    for _ in range(3):
        owner_api.post(DEPLOYMENTS)
    assert queries_of(lambda: owner_api.get(DEPLOYMENTS)) == before
    assert owner_api.get(DEPLOYMENTS).json()["results"][0]["status"] == "planned"
