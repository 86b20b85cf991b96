"""From deployments to what a node shall serve: parts, with private keys opened at the last moment."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from certificates.models import ServerKey
from common import secrets

from . import denied_lists
from .agent.bundle import Part, Wanted, in_parts_folder, prune, write_private
from .cells import served_by
from .lifecycle import ON_NODES, UNSETTLED, DeploymentStatus, ProofStatus
from .models import Deployment, Node, Proof
from .translation.secret import Secret

log = logging.getLogger(__name__)


def wanted_of(node: Node) -> Wanted:
    """What `node` shall serve: of each account of its cell the deployment that this node is to prove, else
    the live one. One query, which reads no configuration."""
    to_prove = Q(status__in=ON_NODES, pk__in=Proof.objects.filter(node=node).values("deployment"))
    rows = Deployment.objects.filter(served_by(node.cell), Q(status=DeploymentStatus.LIVE) | to_prove)
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


def is_waited_for(node: Node, version: str) -> bool:
    """Whether a deployment waits until a node serves `version`."""
    return Proof.objects.filter(node=node, version=version, status__in=UNSETTLED).exists()


def hand_over(node: Node) -> str:
    """Offer a node what it shall serve. A remote one asks for it; for the embedded one it is laid where its
    agent looks. Returns the version."""
    denied_lists.hand_over(node)  # first: what comes may carry fewer denials than what is live
    wanted = wanted_of(node)
    if not node.remote:
        _lay_out(node, wanted)
    same = Node.objects.filter(pk=node.pk)
    same.update(wanted_version=wanted.version)
    same.filter(behind_since=None).exclude(live_version=wanted.version).update(behind_since=timezone.now())
    same.filter(live_version=wanted.version).update(behind_since=None)
    node.wanted_version = wanted.version
    _ask_for_proof(node, wanted)
    # What the node shall serve now holds every delivery on its way, so one answer settles them all.
    Proof.objects.filter(
        node=node, status__in=UNSETTLED, deployment__status=DeploymentStatus.DELIVERING
    ).update(version=wanted.version)
    return wanted.version


def hand_over_each(nodes: Iterable[Node]) -> None:
    """Offer nodes what they shall serve. A disk that does not take it now gets it from the sweep."""
    for node in nodes:
        try:
            hand_over(node)
        except OSError:
            log.exception("could not hand over to %s; the sweep tries again", node)


def is_handed_over(node: Node) -> bool:
    """Whether a node was offered what it shall serve."""
    offered = wanted_of(node).version == node.wanted_version
    return offered and (node.remote or handover_path(node).exists())


def _lay_out(node: Node, wanted: Wanted) -> None:
    """Parts that are not there yet, then the list."""
    folder = parts_folder(node)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for digest in wanted.digests:
        path = in_parts_folder(folder, digest)
        if not path.exists():
            write_private(path, part_named(digest).revealed())
    write_private(handover_path(node), json.dumps(wanted.to_json()))
    prune(folder, wanted.digests)


def _ask_for_proof(node: Node, wanted: Wanted) -> None:
    """A node that came later shall prove what is live as well, and nothing that is not live any more."""
    past = Proof.objects.filter(node=node, status__in=UNSETTLED)
    past.filter(deployment__status=DeploymentStatus.SUPERSEDED).delete()
    live = Deployment.objects.filter(digest__in=wanted.digests, status=DeploymentStatus.LIVE)
    unproven = live.filter(served_by(node.cell)).exclude(proofs__node=node).values_list("pk", flat=True)
    Proof.objects.bulk_create(
        [Proof(deployment_id=pk, node=node, version=wanted.version) for pk in unproven], ignore_conflicts=True
    )
    late = Proof.objects.filter(node=node, deployment__in=live).exclude(status=ProofStatus.PROVEN)
    late.exclude(version=wanted.version).update(version=wanted.version, status=ProofStatus.WAITING)


def node_directory(node: Node) -> Path:
    """Where the embedded node lives on disk."""
    return Path(settings.GATEWAY_DIR) / node.name


def handover_path(node: Node) -> Path:
    """The file through which the portal tells the embedded agent what to serve."""
    return node_directory(node) / "wanted.json"


def parts_folder(node: Node) -> Path:
    """Where the parts lie that the embedded agent may take; 0700, and each 0600, for they hold keys."""
    return node_directory(node) / "handover"
