"""Deployments for the tests of the pages, without an Envoy: the nodes' answers are given by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts.actors import Actor
from gateway import services
from gateway.models import Deployment, Node

ANSWERS = (("no certificate", "no_client_certificate"), ("stranger", "client_certificate_refused"))


def planned(actor: Actor) -> Deployment:
    """A deployment that the worker has compiled; *ready* as there is no node that could refuse it."""
    deployment = services.plan(actor=actor)
    services.prepare(deployment=deployment, at=datetime.now(UTC))
    deployment.refresh_from_db()
    return deployment


def node() -> Node:
    """A node that reported a moment ago."""
    made, _ = Node.objects.get_or_create(name="local", defaults={"port": 8443})
    Node.objects.filter(pk=made.pk).update(last_seen=datetime.now(UTC))
    return made


def deployed(actor: Actor) -> Deployment:
    """A live deployment, proven by one node for every host."""
    deployment = planned(actor)
    one = node()
    services.start(actor=actor, deployment=deployment)
    one.refresh_from_db()
    probes = [
        {"host": host["name"], "what": what, "expected": f"400 {reason}", "status": 400, "reason": reason}
        | {"milliseconds": 41, "ok": True}
        for host in deployment.compiled["hosts"].values()
        for what, reason in ANSWERS
    ]
    services.proven(node=one, version=one.wanted_version, probes=probes, at=datetime.now(UTC))
    deployment.refresh_from_db()
    return deployment
