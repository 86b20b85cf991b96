"""From deployments to what a node shall serve: parts, with private keys opened at the last moment."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from certificates.models import ServerKey
from common import secrets

from .agent.bundle import Part, Wanted, in_parts_folder, prune, write_private
from .lifecycle import ON_NODES, UNSETTLED, DeploymentStatus
from .models import Deployment, Node, Proof
from .translation.secret import Secret


def wanted_of(node: Node) -> Wanted:
    """What `node` shall serve: of each account the deployment that this node is to prove, else the live one.
    One query, which reads no configuration."""
    to_prove = Q(status__in=ON_NODES, pk__in=Proof.objects.filter(node=node).values("deployment"))
    rows = Deployment.objects.filter(Q(status=DeploymentStatus.LIVE) | to_prove)
    # "canary" and "delivering" sort before "live", so that what is on its way comes last and wins.
    chosen = dict(rows.order_by("-status", "pk").values_list("account_id", "digest"))
    return Wanted(node.address, node.port, tuple(digest for _, digest in sorted(chosen.items())))


def part_of(deployment: Deployment) -> Part:
    """A deployment with its private keys, ready for a node's disk. The only reader of sealed keys."""
    needed = deployment.compiled["keys"]
    rows = ServerKey.objects.filter(uuid__in=set(needed.values()))
    opened = {str(row.uuid): Secret(secrets.unseal(row.sealed_key)) for row in rows}
    return Part.of(deployment.compiled, {file: opened[key_id] for file, key_id in needed.items()})


def part_named(digest: str) -> Part:
    """The part that a node asked for. Raises Deployment.DoesNotExist when no node is to have it."""
    wanted = Deployment.objects.filter(digest=digest, status__in=(DeploymentStatus.LIVE, *ON_NODES))
    return part_of(wanted.latest("pk"))


def hand_over(node: Node) -> str:
    """Lay what the node shall serve where its agent looks: parts that are not there yet, then the list.
    Returns the version."""
    wanted = wanted_of(node)
    folder = parts_folder(node)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for digest in wanted.digests:
        path = in_parts_folder(folder, digest)
        if not path.exists():
            write_private(path, part_named(digest).revealed())
    write_private(handover_path(node), json.dumps(wanted.to_json()))
    prune(folder, wanted.digests)
    Node.objects.filter(pk=node.pk).update(wanted_version=wanted.version)
    node.wanted_version = wanted.version
    # What the node shall serve now holds every delivery on its way, so one answer settles them all.
    Proof.objects.filter(
        node=node, status__in=UNSETTLED, deployment__status=DeploymentStatus.DELIVERING
    ).update(version=wanted.version)
    return wanted.version


def node_directory(node: Node) -> Path:
    """Where the embedded node lives on disk."""
    return Path(settings.GATEWAY_DIR) / node.name


def handover_path(node: Node) -> Path:
    """The file through which the portal tells the embedded agent what to serve."""
    return node_directory(node) / "wanted.json"


def parts_folder(node: Node) -> Path:
    """Where the parts lie that the embedded agent may take; 0700, and each 0600, for they hold keys."""
    return node_directory(node) / "handover"
