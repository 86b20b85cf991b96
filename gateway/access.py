"""The only way views and the API obtain a deployment or a node."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common.errors import NotFound

from .models import Deployment, Node


def get_deployment(actor: Actor, uuid: UUID, *, to: str = "gateway:read") -> Deployment:
    """A deployment of the actor's account."""
    actor.require(to)
    deployments = Deployment.objects.filter(account=actor.account).select_related("account").defer("compiled")
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
