"""The only way views and the API obtain a deployment or a node."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor
from common.errors import NotFound

from .cells import cells_of
from .models import Denial, Deployment, Node, Proof, Rollout


def get_deployment(actor: Actor, uuid: UUID, *, to: str = "gateway:read") -> Deployment:
    """A deployment of the actor's account."""
    actor.require(to)
    deployments = Deployment.objects.filter(account=actor.account).defer("compiled", "goes_back_to__compiled")
    deployments = deployments.select_related(
        "account", "goes_back_to", "batch__rollout", "schedule", "canary"
    )
    deployment = deployments.filter(uuid=uuid).first()
    if deployment is None:
        raise NotFound("deployment")
    return deployment


def get_node(actor: Actor, uuid: UUID, *, to: str = "gateway:read") -> Node:
    """A gateway node that serves the actor's account, or did: what it serves of others is not shown."""
    actor.require(to)
    served = Q(cell__in=cells_of(actor.account), retired_at=None)
    proved = Q(pk__in=Proof.objects.filter(deployment__account=actor.account).values("node"))
    node = Node.objects.filter(served | proved, uuid=uuid).select_related("cell").first()
    if node is None:
        raise NotFound("node")
    return node


def get_rollout(actor: Actor, uuid: UUID, *, to: str = "gateway:read") -> Rollout:
    """A rollout of the actor's account."""
    actor.require(to)
    rollout = Rollout.objects.filter(account=actor.account, uuid=uuid).select_related("account").first()
    if rollout is None:
        raise NotFound("rollout")
    return rollout


def get_denial(actor: Actor, uuid: UUID, *, to: str = "gateway:read") -> Denial:
    """A denial of the actor's account."""
    actor.require(to)
    denial = Denial.objects.filter(account=actor.account, uuid=uuid).select_related("account").first()
    if denial is None:
        raise NotFound("denial")
    return denial
