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


def nodes(count: int) -> list[Node]:
    """Nodes that reported a moment ago: local, node-2, …"""
    names = ["local", *(f"node-{number}" for number in range(2, count + 1))]
    made = [
        Node.objects.get_or_create(name=name, defaults={"port": 8443 + at})[0]
        for at, name in enumerate(names)
    ]
    Node.objects.update(last_seen=datetime.now(UTC))
    return made


def proves(one: Node, *, ok: bool = True) -> None:
    """The node answers what it was given last: all is well, or it cannot take it."""
    one.refresh_from_db()
    now = datetime.now(UTC)
    if ok:
        services.proven(node=one, version=one.wanted_version, probes=[], at=now)
    else:
        services.refused(node=one, version=one.wanted_version, reason="port is taken", probes=[], at=now)
