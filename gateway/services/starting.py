"""Bringing a checked deployment to nodes: to all of them, or to some first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from accounts.models import Account
from common.errors import Conflict
from common.transitions import move
from common.words import sentence

from .. import canaries, delivery, node_health, rollbacks, selectors
from ..lifecycle import ON_NODES, DeploymentStatus
from ..models import Deployment, Node, Proof
from .concluding import conclude, reject
from .planning import hold_names, said_of_taken, taken

S = DeploymentStatus


def start(
    *,
    actor: Actor,
    deployment: Deployment,
    first: Sequence[Node] = (),
    minutes: int | None = None,
    in_rollout: bool = False,
) -> None:
    """Deliver a ready (or scheduled) deployment to every node, or to the nodes `first` as a canary.

    `minutes`: a canary goes on by itself after so long without rising refusals; None: a person decides.
    `in_rollout`: a batch is started by its rollout, and by nobody else.
    Raises Conflict when it is not ready, another is on its way, a node's release could not take it, or it is
    not fit any more: what was checked may be weeks old by now; DomainError when `first` and `minutes` make no
    canary.
    """
    if not in_rollout:
        refuse_part_of_rollout(deployment)
    account = deployment.account
    nodes = list(selectors.nodes_to_prove(account))
    if not nodes:
        raise Conflict("no_node", "No gateway node is known. Start one first.")
    node_health.refuse_other_release(nodes)
    if first:
        canaries.refuse_unfit(nodes, first, minutes)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if Deployment.objects.filter(account=account, pk__gt=deployment.pk).exists():
            raise Conflict("not_the_newest", "A newer plan exists. Look at that one, or plan again.")
        on_its_way = Deployment.objects.filter(account=account, status__in=ON_NODES).defer("compiled").first()
        if on_its_way is not None:
            raise Conflict("deployment_running", _who_blocks(on_its_way))
        _refuse_unfit_by_now(deployment)
        move(deployment, S.DELIVERING, actor=actor.label)
        if first:
            canaries.begin(deployment, first, minutes)
            nodes = list(first)
        audit.record(
            actor,
            "deployment:started",
            deployment,
            changes=len(deployment.changes),
            nodes=[node.name for node in nodes],
        )
        _expect_proof(deployment, nodes)
    delivery.hand_over_each(nodes)


def refuse_part_of_rollout(deployment: Deployment) -> None:
    """Raise Conflict for a batch, which only its rollout starts."""
    if deployment.batch is not None:
        raise Conflict(
            "part_of_a_rollout", sentence(f"{deployment} is started by {deployment.batch.rollout}.")
        )


def _refuse_unfit_by_now(deployment: Deployment) -> None:
    if deployment.goes_back_to is not None:
        rollbacks.refuse_unfit(deployment.goes_back_to)
        rollbacks.refuse_expired(deployment.goes_back_to, timezone.now())
    hold_names(deployment)
    if others := taken(deployment):
        raise Conflict("name_taken", said_of_taken(others))


def _who_blocks(other: Deployment) -> str:
    if other.status == S.CANARY:
        return sentence(f"{other} is on its first nodes. Go on with it, or take it back, first.")
    return "Another deployment is on its way. Wait for its proof."


def _expect_proof(deployment: Deployment, nodes: Iterable[Node]) -> None:
    for node in nodes:
        # With the row the node is to serve the deployment, so the row must be there before its version.
        proof = Proof.objects.create(deployment=deployment, node=node)
        proof.version = delivery.wanted_of(node).version
        proof.save(update_fields=["version"])


def go_on(*, actor: Actor, deployment: Deployment) -> None:
    """Bring a canary to all the other nodes. Raises Conflict when it is none."""
    with transaction.atomic():
        _refuse_no_canary(deployment)
        move(deployment, S.DELIVERING, actor=actor.label, reason="goes on to every node")
        canaries.end(deployment)
        proven = deployment.proofs.values("node")
        rest = list(selectors.nodes_to_prove(deployment.account).exclude(pk__in=proven))
        audit.record(actor, "deployment:continued", deployment, nodes=[node.name for node in rest])
        _expect_proof(deployment, rest)
        conclude(deployment)
    delivery.hand_over_each(rest)


def take_back(*, actor: Actor, deployment: Deployment) -> None:
    """Take a canary back from its nodes: they serve what is live again. Raises Conflict when it is none."""
    with transaction.atomic():
        _refuse_no_canary(deployment)
        problem = f"{actor.label} took it back from {', '.join(deployment.canary.nodes)}."
        reject(deployment, problem, actor=actor, reason="taken back")
    delivery.hand_over_each(proof.node for proof in deployment.proofs.select_related("node"))


def _refuse_no_canary(deployment: Deployment) -> None:
    if deployment.status != S.CANARY:
        raise Conflict("no_canary", sentence(f"{deployment} is no canary now. Nothing was changed."))
