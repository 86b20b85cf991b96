"""What nodes see is added up, and strangers' host names are not kept."""

import pytest

from gateway import selectors, sightings
from gateway.agent.seen import Sighting as Seen
from gateway.models import Node, Sighting


@pytest.fixture
def node(db):
    return Node.objects.create(name="local", port=8443)


def seen(host, fingerprint="", outcome="refused", reason="no_client_certificate", count=1, minute=0):
    at = f"2026-11-22T12:{minute:02}:00.000Z"
    return Seen(host, fingerprint, "", outcome, reason, "", count, at, at)


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


def test_it_leaves_names_out_that_are_no_host(host, node):
    sightings.add(node=node, seen=[seen("scanner.example")])
    assert not Sighting.objects.exists()
