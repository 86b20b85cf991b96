"""Deployments: planned, checked by Envoy, delivered, proven by each node."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from certificates.models import ServerKey
from common.errors import Conflict
from common.outbox import announce
from common.transitions import move

from . import compiling, delivery
from .agent import envoy
from .lifecycle import DeploymentStatus, ProofStatus
from .models import DeployedKey, Deployment, Node, Proof

S = DeploymentStatus
STALE_AFTER = timedelta(minutes=2)
# Problems that would take something away from callers who have it today: such a plan is not offered.
BLOCKING = ("left out", "unavailable")


@transaction.atomic
def plan(*, actor: Actor, note: str = "") -> Deployment:
    """Ask the worker to compile the account as it is today. Plans that nobody started are superseded."""
    Account.objects.select_for_update().get(pk=actor.account.pk)  # one number at a time
    for waiting in Deployment.objects.filter(account=actor.account, status__in=(S.PLANNED, S.READY)):
        move(waiting, S.SUPERSEDED, actor=actor.label, reason="planned anew")
    last = Deployment.objects.filter(account=actor.account).aggregate(last=Max("number"))["last"] or 0
    deployment = Deployment.objects.create(
        account=actor.account, number=last + 1, actor=actor.label, note=note[:500]
    )
    audit.record(actor, "deployment:planned", deployment)
    announce("deployment.planned", deployment.uuid)
    return deployment


def prepare(*, deployment: Deployment, at: datetime) -> None:
    """The worker's part: compile, say what changes, and have Envoy itself check it. Idempotent.

    Ends in *ready*, or in *rejected* with the reason; what is live is not touched.
    """
    if deployment.status != S.PLANNED:
        return
    who = portal(deployment.account)
    move(deployment, S.CHECKING, actor=who.label)
    compiled = compiling.compile_account(deployment.account, at)
    live = compiling.live_deployment(deployment.account)
    deployment.compiled = compiled.to_json()
    deployment.digest = compiled.digest
    deployment.changes = compiling.changes(live.compiled if live else None, compiled)
    deployment.save(update_fields=["compiled", "digest", "changes", "changed_at"])
    keys = {str(key.uuid): key for key in ServerKey.objects.filter(uuid__in=set(compiled.keys.values()))}
    DeployedKey.objects.bulk_create(
        DeployedKey(deployment=deployment, key=keys[key_id], file=file)
        for file, key_id in compiled.keys.items()
    )
    problem = _why_not(deployment)
    with transaction.atomic():
        if problem:
            move(deployment, S.REJECTED, actor=who.label, reason="not fit to deploy", problem=problem)
            audit.record(who, "deployment:rejected", deployment, problem=problem)
        else:
            move(deployment, S.READY, actor=who.label)


def _why_not(deployment: Deployment) -> str:
    """The problems that block a deployment, or what Envoy says against it; "" when it is fit."""
    blocking = [p for p in deployment.compiled["problems"] if p["effect"] in BLOCKING]
    if blocking:
        return " ".join(f"{p['host'] or p['subject']}: {p['sentence']} {p['remedy']}" for p in blocking)
    for node in Node.objects.all():
        config = delivery.wanted_config(node, instead=deployment)
        if config.shadowed:
            return "Another account serves " + ", ".join(name for _, name in config.shadowed) + " already."
        try:
            envoy.validate(delivery.bundle_of(config))
        except envoy.Refused as refused:
            return f"Envoy would refuse it: {refused}"
    return ""


def start(*, actor: Actor, deployment: Deployment) -> None:
    """Deliver a ready deployment to every node.
    Raises Conflict when it is not ready, or another is on its way.
    """
    nodes = list(Node.objects.all())
    if not nodes:
        raise Conflict("no_node", "No gateway node is known. Start one first.")
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=deployment.account_id)
        if Deployment.objects.filter(account=deployment.account_id, status=S.DELIVERING).exists():
            raise Conflict("deployment_running", "Another deployment is on its way. Wait for its proof.")
        move(deployment, S.DELIVERING, actor=actor.label)
        audit.record(actor, "deployment:started", deployment, changes=len(deployment.changes))
        for node in nodes:
            Proof.objects.create(
                deployment=deployment, node=node, version=delivery.wanted_config(node).version
            )
    for node in nodes:
        delivery.hand_over(node)


def acknowledged(*, node: Node, version: str, at: datetime) -> None:
    """Envoy on `node` serves `version`; its probes run."""
    Proof.objects.filter(node=node, version=version, status=ProofStatus.WAITING).update(
        status=ProofStatus.ACKNOWLEDGED, acknowledged_at=at
    )
    Node.objects.filter(pk=node.pk).update(live_version=version)


def proven(*, node: Node, version: str, probes: list[dict], at: datetime) -> None:
    """Real handshakes on `node` went as they should under `version`."""
    Node.objects.filter(pk=node.pk).update(live_version=version, trouble="")
    for proof in _open_proofs(node, version):
        proof.status, proof.proven_at, proof.probes = ProofStatus.PROVEN, at, _own(proof, probes)
        proof.acknowledged_at = proof.acknowledged_at or at
        proof.save()
        _conclude(proof.deployment)


def refused(*, node: Node, version: str, reason: str, probes: list[dict], at: datetime) -> None:
    """`node` could not take `version`, or its probes failed; it serves the last good one again."""
    Node.objects.filter(pk=node.pk).update(trouble=reason)
    for proof in _open_proofs(node, version):
        proof.status, proof.reason, proof.probes = ProofStatus.REFUSED, reason, _own(proof, probes)
        proof.save()
        _conclude(proof.deployment)


def _open_proofs(node: Node, version: str) -> list[Proof]:
    waiting = (ProofStatus.WAITING, ProofStatus.ACKNOWLEDGED)
    return list(
        Proof.objects.filter(node=node, version=version, status__in=waiting).select_related(
            "deployment__account"
        )
    )


def _own(proof: Proof, probes: list[dict]) -> list[dict]:
    """Of a node's probes those on the account's own hosts."""
    own = {host["name"] for host in proof.deployment.compiled["hosts"].values()}
    return [probe for probe in probes if probe["host"] in own]


def _conclude(deployment: Deployment) -> None:
    """End a delivery when every node has answered. A refusal on one node takes it back everywhere."""
    if deployment.status != S.DELIVERING:
        return
    proofs = list(deployment.proofs.select_related("node"))
    who = portal(deployment.account)
    refusals = [proof for proof in proofs if proof.status == ProofStatus.REFUSED]
    if refusals:
        problem = " ".join(f"{proof.node}: {proof.reason}" for proof in refusals)
        with transaction.atomic():
            move(deployment, S.REJECTED, actor=who.label, reason="a node refused it", problem=problem)
            audit.record(who, "deployment:rejected", deployment, problem=problem)
            announce("deployment.ended", deployment.uuid)
        for proof in proofs:
            delivery.hand_over(proof.node)
    elif all(proof.status == ProofStatus.PROVEN for proof in proofs):
        with transaction.atomic():
            for old in Deployment.objects.filter(account=deployment.account, status=S.LIVE):
                move(old, S.SUPERSEDED, actor=who.label, reason=f"{deployment} took its place")
            move(deployment, S.LIVE, actor=who.label, reason="every node proved it")
            audit.record(who, "deployment:live", deployment, nodes=len(proofs))
            # In the same transaction, so that nobody sees *live* beside flags of yesterday.
            compiling.reflag(deployment.account, timezone.now())
            announce("deployment.ended", deployment.uuid)


def give_back_stale() -> None:
    """Plans whose worker died go back to the queue, and nodes get what they should have."""
    stale = Deployment.objects.filter(
        status__in=(S.PLANNED, S.CHECKING), changed_at__lt=timezone.now() - STALE_AFTER
    )
    for deployment in stale.select_related("account"):
        if deployment.status == S.CHECKING:
            deployment.keys.all().delete()
            move(deployment, S.PLANNED, actor="Portal", reason="the worker did not finish")
        announce("deployment.planned", deployment.uuid)
    for node in Node.objects.all():
        version = delivery.wanted_config(node).version
        if version != node.wanted_version or not delivery.handover_path(node).exists():
            delivery.hand_over(node)
