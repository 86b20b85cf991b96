"""What a node may ask and say. Who it is: tests/journeys/test_remote_node_trust.py, over real TLS."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest
from django.conf import settings
from rest_framework.test import APIRequestFactory, force_authenticate

from gateway import fleet, models
from gateway.agent.denied import DeniedAck
from gateway.agent.loop import Ack, Status
from gateway.agent.probe import Probe
from gateway.agent.seen import Sighting
from gateway.endpoint import views
from gateway.endpoint.inputs import DeniedIn, HeartbeatIn, ProbeIn, ReportIn, SightingIn
from gateway.models import Node
from gateway.tests.page_cast import deployed, node

SEEN = {
    "fingerprint": "",
    "issuer": "",
    "outcome": "refused",
    "reason": "no_client_certificate",
    "subject": "",
    "count": 3,
    "first": "2026-11-22T10:00:00Z",
    "last": "2026-11-22T11:00:00Z",
}


@pytest.fixture
def local(owner, host):
    deployed(owner)
    return node()


def say(view, who, body=None, **where):
    """The answer to what a node says (POST) or asks (GET, without a body)."""
    factory = APIRequestFactory()
    request = factory.get("/") if body is None else factory.post("/", body, format="json")
    force_authenticate(request, token=who)
    return view.as_view()(request, **where)


def test_it_gives_a_part_only_to_a_node_that_is_to_hold_it(local, owner):
    cell = fleet.add_cell(actor="operator", name="elsewhere")
    stranger = Node.objects.create(name="stranger", port=9443, cell=cell, remote=True)
    (digest,) = say(views.WantedView, local).data["digests"]
    part = say(views.PartView, local, digest=digest)
    assert (part.status_code, part["Cache-Control"]) == (200, "no-store")
    assert b"PRIVATE KEY" in part.content
    assert say(views.PartView, stranger, digest=digest).status_code == 404
    assert say(views.PartView, local, digest="../secrets").status_code == 404
    assert say(views.WantedView, stranger).data["digests"] == []


def test_it_counts_a_batch_once(local, host):
    batch = {"batch": "ab" * 16, "sightings": [SEEN | {"host": host.name}]}
    assert [say(views.SeenView, local, batch).status_code for _ in range(2)] == [204, 204]
    assert models.Sighting.objects.get(host=host).count == 3


@pytest.mark.parametrize(("told", "kept"), [({"status": 403}, 403), ({}, 0)])
def test_it_keeps_what_the_gateway_answered_where_the_agent_tells(local, host, told, kept):
    say(views.SeenView, local, {"batch": "ef" * 16, "sightings": [SEEN | {"host": host.name} | told]})
    assert models.Sighting.objects.get(host=host).status == kept


def test_it_does_not_believe_counts_on_hosts_that_the_node_never_had(local, other_account, host):
    name = f"default.{other_account.gateway_domain}"
    say(views.SeenView, local, {"batch": "cd" * 16, "sightings": [SEEN | {"host": name}]})
    assert not models.Sighting.objects.exists()


@pytest.mark.parametrize(
    ("view", "body", "field"),
    [
        (views.Heartbeat, {"ready": True, "hosts": 1, "dropped": ""}, "serving"),
        (views.Heartbeat, {"serving": "x", "ready": True, "hosts": 1, "dropped": ""}, "serving"),
        (views.SeenView, {"batch": "nonsense", "sightings": []}, "batch"),
        (views.SeenView, {"batch": "ab" * 16, "sightings": [SEEN | {"host": "a", "count": -1}]}, "sightings"),
        (views.Reports, {"version": "../../x", "probes": []}, "version"),
        (views.Enrol, {"token": "t", "csr": "x" * 6_000}, "csr"),
        (views.Enrol, {"token": "t", "csr": "x", "cell": "north"}, "cell"),
    ],
)
def test_it_names_the_field_that_does_not_fit(local, view, body, field):
    answer = say(view, local, body)
    assert answer.status_code == 400
    assert any(error["field"].startswith(field) for error in answer.data["errors"])


@pytest.mark.parametrize(
    ("said", "taken"),
    [(Probe, ProbeIn), (Sighting, SightingIn), (Ack, ReportIn), (Status, HeartbeatIn), (DeniedAck, DeniedIn)],
    ids=lambda kind: kind.__name__,
)
def test_it_takes_every_field_that_the_agent_sends(said, taken):
    sent = {field.name for field in fields(said)}
    assert sent | ({"dropped", "release", "form"} if said is Status else set()) == {*taken().fields}


def test_it_reads_no_body_above_the_limit(local):
    factory = APIRequestFactory()
    request = factory.post("/", {"token": "t" * 2_600_000, "csr": ""}, format="json")
    assert views.Enrol.as_view()(request).status_code == 413


def test_it_proves_and_refuses_through_reports(local):
    local.refresh_from_db()
    report = {
        "version": local.wanted_version,
        "outcome": "refused",
        "reason": "The node’s own disk: No space left on device",
        "serving": "",
        "seconds": 0.2,
        "probes": [],
        "of_node": True,
    }
    say(views.Reports, local, report)
    local.refresh_from_db()
    assert local.trouble == report["reason"]
    assert local.trouble_since <= datetime.now(UTC)
    say(views.Reports, local, report | {"outcome": "live", "reason": "", "of_node": False})
    local.refresh_from_db()
    assert (local.trouble, local.trouble_since) == ("", None)
    assert [event.what for event in local.events.all()] == ["in step again", "refused"]


def test_it_writes_down_what_a_node_had_to_drop(local):
    dropped = "2 reports could not be kept or were declined."
    say(views.Heartbeat, local, {"serving": "", "ready": True, "hosts": 1, "dropped": dropped})
    assert local.events.get(what="dropped").text == dropped


def test_it_has_no_other_address(client):
    from django.urls import NoReverseMatch, get_resolver, reverse

    resolver = get_resolver("gateway.endpoint.urls")
    assert all(str(pattern.pattern).startswith("node/") for pattern in resolver.url_patterns)
    with pytest.raises(NoReverseMatch):
        reverse("login", urlconf="gateway.endpoint.urls")
    assert client.get("/node/wanted").status_code == 404  # nor has the portal this one
    assert settings.ROOT_URLCONF == "portal.urls"
