"""The only way views and the API obtain a deployment or a node."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common.errors import NotFound

from .models import Deployment, Node, Rollout


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
    """A gateway node. Nodes serve every account, so each account may see them;
    what they serve of others is not shown.
    """
    actor.require(to)
    node = Node.objects.filter(uuid=uuid).first()
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
