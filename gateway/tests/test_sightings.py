"""What nodes see is added up, and strangers' host names are not kept."""

import pytest
from django.urls import reverse

from gateway import selectors, sightings
from gateway.agent.seen import Sighting as Seen
from gateway.models import Node, Sighting


@pytest.fixture
def node(db):
    return Node.objects.create(name="local", port=8443)


def seen(
    host, fingerprint="", outcome="refused", reason="no_client_certificate", count=1, minute=0, status=0
):
    at = f"2026-11-22T12:{minute:02}:00.000Z"
    return Seen(host, fingerprint, "", outcome, reason, "", count, at, at, status)


def test_it_adds_counts_of_the_same_kind(host, node):
    sightings.add(node=node, seen=[seen(host.name, count=2, minute=5)])
    sightings.add(node=node, seen=[seen(host.name, count=3, minute=1)])
    row = Sighting.objects.get()
    assert (row.count, row.first_seen.minute, row.last_seen.minute) == (5, 1, 5)


def test_it_tells_certificates_and_outcomes_apart(host, node):
    sightings.add(
        node=node,
        seen=[
            seen(host.name),
            seen(host.name, "a" * 64, "served", ""),
            seen(host.name, "a" * 64, "refused", "client_certificate_refused"),
        ],
    )
    assert selectors.totals(host) == {"served": 1, "refused": 2}


def test_it_keeps_the_last_answer_of_each_kind(host, node):
    sightings.add(node=node, seen=[seen(host.name, minute=5, status=400)])
    sightings.add(node=node, seen=[seen(host.name, minute=1, status=403)])
    assert Sighting.objects.get().status == 400
    sightings.add(node=node, seen=[seen(host.name, minute=6, status=403)])
    assert Sighting.objects.get().status == 403


@pytest.mark.parametrize(
    ("reason", "status", "answer"),
    [
        ("client_certificate_refused", 403, "403 The SSL certificate error"),
        ("client_certificate_refused", 400, "400 The SSL certificate error"),
        ("client_certificate_refused", 0, "The SSL certificate error"),  # nobody told: an older agent
        ("handshake_no_client_certificate", 0, "a TLS alert, or a reset"),
    ],
)
def test_it_shows_what_the_gateway_answered_then(host, node, owner_client, reason, status, answer):
    sightings.add(node=node, seen=[seen(host.name, "a" * 64, reason=reason, status=status)])
    page = owner_client.get(reverse("vhosts:detail", args=[host.uuid])).content.decode()
    assert f"<small>{answer}</small>" in page


def test_it_leaves_names_out_that_are_no_host(host, node):
    sightings.add(node=node, seen=[seen("scanner.example")])
    assert not Sighting.objects.exists()
