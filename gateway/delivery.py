"""From deployments to what a node shall serve: the bundle, with private keys opened at the last moment."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.models import Q

from certificates.models import ServerKey
from common import secrets

from .agent.bundle import Bundle
from .lifecycle import UNSETTLED, DeploymentStatus
from .models import Deployment, Node, Proof
from .translation.node import CompiledPart, NodeConfig, assemble
from .translation.secret import Secret


def wanted_config(node: Node, *, instead: Deployment | None = None) -> NodeConfig:
    """What `node` shall serve: of each account the deployment being delivered, else the live one.

    `instead`: pretend that this one is being delivered, to check it before it is.
    """
    chosen: dict[int, Deployment] = {}
    wanted = Q(status__in=(DeploymentStatus.LIVE, DeploymentStatus.DELIVERING))
    if instead:
        wanted |= Q(pk=instead.pk)
    # "delivering" sorts before "live", so that what is on its way is chosen last and wins.
    for deployment in Deployment.objects.filter(wanted).select_related("account").order_by("-status", "pk"):
        chosen[deployment.account_id] = deployment
    if instead:
        chosen[instead.account_id] = instead
    parts = [CompiledPart(str(d.account.uuid), d.compiled) for _, d in sorted(chosen.items())]
    return assemble(parts, node.address, node.port)


def bundle_of(config: NodeConfig) -> Bundle:
    """A configuration with its private keys, ready for a node's disk. The only reader of sealed keys."""
    rows = ServerKey.objects.filter(uuid__in=set(config.keys.values()))
    opened = {str(row.uuid): Secret(secrets.unseal(row.sealed_key)) for row in rows}
    keys = {file: opened[key_id] for file, key_id in config.keys.items()}
    return Bundle.from_json({**config.to_json(), "keys": keys})


def hand_over(node: Node) -> str:
    """Lay what the node shall serve where its agent looks. Returns the version."""
    config = wanted_config(node)
    node_directory(node).mkdir(parents=True, exist_ok=True, mode=0o700)
    bundle_of(config).to_disk(handover_path(node))
    Node.objects.filter(pk=node.pk).update(wanted_version=config.version)
    node.wanted_version = config.version
    # What the node shall serve now holds every delivery on its way, so one answer settles them all.
    Proof.objects.filter(
        node=node, status__in=UNSETTLED, deployment__status=DeploymentStatus.DELIVERING
    ).update(version=config.version)
    return config.version


def node_directory(node: Node) -> Path:
    """Where the embedded node lives on disk."""
    return Path(settings.GATEWAY_DIR) / node.name


def handover_path(node: Node) -> Path:
    """The file through which the portal hands a bundle to the embedded agent; 0600, for it holds keys."""
    return node_directory(node) / "wanted.json"
