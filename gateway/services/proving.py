"""What nodes answer: taken, proven, or refused with the reason."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from .. import delivery, moving, node_health
from ..lifecycle import UNSETTLED, DeploymentStatus, ProofStatus
from ..models import Node, Proof
from .concluding import about, conclude

S = DeploymentStatus
log = logging.getLogger(__name__)


def acknowledged(*, node: Node, version: str, at: datetime) -> None:
    """Envoy on `node` serves `version`; its probes run."""
    _open_proofs(node, version).update(status=ProofStatus.ACKNOWLEDGED, acknowledged_at=at)


def proven(*, node: Node, version: str, probes: list[dict], at: datetime) -> None:
    """Real handshakes on `node` went as they should under `version`."""
    node_health.proved(node=node, version=version)
    for proof in _open_proofs(node, version).select_related("deployment__account"):
        with about(proof.deployment), transaction.atomic():
            proof.status, proof.proven_at, proof.probes = ProofStatus.PROVEN, at, _own(proof, probes)
            proof.acknowledged_at = proof.acknowledged_at or at
            proof.save()
            log.info("%s proved %s", node, proof.deployment)
            conclude(proof.deployment)
    moving.finish()


def refused(
    *, node: Node, version: str, reason: str, probes: list[dict], at: datetime, of_node: bool = False
) -> None:
    """`node` could not take `version`, or its probes failed; it serves the last good one again. `of_node`:
    the reason lies in the node itself (its disk) and names no host.

    Where probes failed, only the deployments of those hosts are refused; the others are delivered again
    without them.
    """
    node_health.in_trouble(node=node, why=reason if of_node else "")
    log.warning("%s refused %s: %s", node, version[:12], reason)
    waiting = list(_open_proofs(node, version).select_related("deployment__account"))
    to_blame = [
        proof for proof in waiting if any(not probe["ok"] for probe in _own(proof, probes))
    ] or waiting
    for proof in to_blame:
        with about(proof.deployment), transaction.atomic():
            own = _own(proof, probes)
            proof.status, proof.probes = ProofStatus.REFUSED, own
            proof.reason = what_failed(own) if any(not probe["ok"] for probe in own) else reason
            proof.save()
            log.warning("%s refused %s: %s", node, proof.deployment, proof.reason)
            conclude(proof.deployment)
    delivery.hand_over_each([node])


def _open_proofs(node: Node, version: str) -> QuerySet[Proof]:
    """The proofs that an answer about `version` settles."""
    under_way = Q(status__in=UNSETTLED, deployment__status=S.DELIVERING)
    # A node that came later, or that refused what is live, may prove it any time.
    late = ~Q(status=ProofStatus.PROVEN) & Q(deployment__status=S.LIVE)
    return Proof.objects.filter(under_way | late, node=node, version=version)


def _own(proof: Proof, probes: list[dict]) -> list[dict]:
    """Of a node's probes those on the account's own hosts."""
    own = {host["name"] for host in proof.deployment.compiled["hosts"].values()}
    return [probe for probe in probes if probe["host"] in own]


def what_failed(probes: list[dict]) -> str:
    """The failed probes in a sentence each."""
    return " ".join(
        f"{probe['host']}, called with {probe['what']}: {probe['status'] or 'no answer'} {probe['reason']} "
        f"instead of {probe['expected']}."
        for probe in probes
        if not probe["ok"]
    )
