"""Deployments and nodes."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import Nothing

from .. import access, selectors, services
from ..cells import cells_of
from .serializers import CellOut, DeploymentDetailOut, DeploymentIn, DeploymentOut, NodeDetailOut, NodeOut


class DeploymentViewSet(AccountViewSet):
    """Deployments: planned, checked by Envoy, started, proven by every node."""

    needs = {
        "list": "gateway:read",
        "retrieve": "gateway:read",
        "create": "gateway:deploy",
        "deploy": "gateway:deploy",
    }

    @extend_schema(responses=DeploymentOut(many=True))
    def list(self, request: Request) -> Response:
        """Every deployment, newest first."""
        return self.page(selectors.deployments_of(self.actor.account), DeploymentOut)

    @extend_schema(responses=DeploymentDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One deployment with what it changes and each node's proof."""
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        return Response(DeploymentDetailOut(deployment).data)

    @extend_schema(request=DeploymentIn, responses={201: DeploymentDetailOut})
    def create(self, request: Request) -> Response:
        """Plan a deployment of the account as it is now.
        The worker makes it ready, or rejects it with the reason.
        """
        deployment = services.plan(actor=self.actor, **self.given(DeploymentIn))
        return Response(DeploymentDetailOut(deployment).data, status=201)

    @extend_schema(request=Nothing, responses=DeploymentDetailOut)
    @action(detail=True, methods=["post"])
    def deploy(self, request: Request, uuid: UUID) -> Response:
        """Deliver a ready deployment to every node. It is live when each has proven it."""
        self.given(Nothing)
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        services.start(actor=self.actor, deployment=deployment)
        return Response(DeploymentDetailOut(deployment).data)


class NodeViewSet(AccountViewSet):
    """The gateway's nodes."""

    needs = {"list": "gateway:read", "retrieve": "gateway:read"}

    @extend_schema(responses=NodeOut(many=True))
    def list(self, request: Request) -> Response:
        """The nodes that serve the account, by name."""
        return self.page(selectors.nodes(self.actor.account), NodeOut)

    @extend_schema(responses=NodeDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One node: how it is, since when and why, its history, and what it proved of the account."""
        node = access.get_node(self.actor, uuid, to=self.needed)
        return Response(NodeDetailOut(node, context={"account": self.actor.account}).data)


class CellView(AccountViewSet):
    """The cell that serves the account."""

    needs = {"retrieve": "gateway:read"}

    @extend_schema(responses=CellOut)
    def retrieve(self, request: Request) -> Response:
        """Which cell serves the account's hosts, and on which nodes."""
        cell, *leaving = cells_of(self.actor.account)
        nodes = [node.name for node in selectors.nodes(self.actor.account)]
        about = {"name": cell.name, "leaving": leaving[0].name if leaving else None, "nodes": nodes}
        return Response(CellOut(about).data)
