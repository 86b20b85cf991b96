"""Deployments and nodes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import Nothing

from .. import access, canaries, composing, diffs, rollouts, schedules, selectors, services
from ..cells import cells_of
from ..models import Rollout
from .serializers import (
    CellOut,
    DeployIn,
    DeploymentDetailOut,
    DeploymentIn,
    DeploymentOut,
    DiffOut,
    NodeDetailOut,
    NodeOut,
    RepublishedOut,
    RolloutDetailOut,
    RolloutIn,
    RolloutOut,
)


class DeploymentViewSet(AccountViewSet):
    """Deployments: planned, checked by Envoy, started, proven by every node."""

    needs = {
        "list": "gateway:read",
        "retrieve": "gateway:read",
        "create": "gateway:deploy",
        "deploy": "gateway:deploy",
        "unschedule": "gateway:deploy",
        "go_on": "gateway:deploy",
        "take_back": "gateway:deploy",
        "roll_back": "gateway:deploy",
        "diff": "gateway:read",
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

    @extend_schema(request=DeployIn, responses=DeploymentDetailOut)
    @action(detail=True, methods=["post"])
    def deploy(self, request: Request, uuid: UUID) -> Response:
        """Deliver a ready deployment now or at a time, to every node or to some nodes first as a canary.
        It is live when each node has proven it.
        """
        given = self.given(DeployIn)
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        first = canaries.chosen(deployment, given["canary"])
        how = {"deployment": deployment, "first": first, "minutes": given["continue_after_minutes"]}
        if given["at"]:
            schedules.schedule(actor=self.actor, at=given["at"], **how)
        else:
            services.start(actor=self.actor, **how)
        return self._detail(uuid)

    @extend_schema(request=Nothing, responses=DeploymentDetailOut)
    @action(detail=True, methods=["post"])
    def unschedule(self, request: Request, uuid: UUID) -> Response:
        """It does not start by itself any more, and stays ready."""
        self.given(Nothing)
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        schedules.cancel(actor=self.actor, deployment=deployment)
        return self._detail(uuid)

    @extend_schema(request=Nothing, responses=DeploymentDetailOut)
    @action(detail=True, methods=["post"], url_path="continue")
    def go_on(self, request: Request, uuid: UUID) -> Response:
        """Bring a canary to all the other nodes."""
        self.given(Nothing)
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        services.go_on(actor=self.actor, deployment=deployment)
        return self._detail(uuid)

    @extend_schema(request=Nothing, responses=DeploymentDetailOut)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, uuid: UUID) -> Response:
        """Take a canary back: its nodes serve what is live again."""
        self.given(Nothing)
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        services.take_back(actor=self.actor, deployment=deployment)
        return self._detail(uuid)

    @extend_schema(request=Nothing, responses={201: DeploymentDetailOut})
    @action(detail=True, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request, uuid: UUID) -> Response:
        """Plan a new deployment that brings back what this one was; it is checked again."""
        self.given(Nothing)
        earlier = access.get_deployment(self.actor, uuid, to=self.needed)
        planned = services.plan_rollback(actor=self.actor, to=earlier)
        return Response(DeploymentDetailOut(planned).data, status=201)

    @extend_schema(
        parameters=[OpenApiParameter("host", str, description="Only hosts whose name contains this.")],
        responses=DiffOut(many=True),
    )
    @action(detail=True, methods=["get"])
    def diff(self, request: Request, uuid: UUID) -> Response:
        """What changes for Envoy against what was live before, host by host."""
        deployment = access.get_deployment(self.actor, uuid, to=self.needed)
        earlier = diffs.before(deployment)
        old, new = earlier.compiled if earlier else None, deployment.compiled or composing.NOTHING
        wanted = request.query_params.get("host", "").strip().lower()
        names = [name for name in diffs.changed_hosts(old, new) if wanted in name]
        shown = self.paginate_queryset(names)
        rows = [{"host": name, "diff": diffs.diff_of(old, new, name)} for name in shown]
        return self.get_paginated_response(DiffOut(rows, many=True).data)

    def _detail(self, uuid: UUID) -> Response:
        return Response(DeploymentDetailOut(access.get_deployment(self.actor, uuid, to=self.needed)).data)


class RolloutViewSet(AccountViewSet):
    """Flagged proxies redeployed in batches of hosts, until one fails."""

    needs = {
        "list": "gateway:read",
        "retrieve": "gateway:read",
        "create": "gateway:deploy",
        "pause": "gateway:deploy",
        "resume": "gateway:deploy",
        "stop": "gateway:deploy",
        "republish": "products:change",
    }

    @extend_schema(responses=RolloutOut(many=True))
    def list(self, request: Request) -> Response:
        """Every rollout, newest first."""
        return self.page(selectors.rollouts_of(self.actor.account), RolloutOut)

    @extend_schema(responses=RolloutDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One rollout with its batches and what remains."""
        return self._detail(access.get_rollout(self.actor, uuid, to=self.needed))

    @extend_schema(request=RolloutIn, responses={201: RolloutDetailOut})
    def create(self, request: Request) -> Response:
        """Redeploy flagged proxies: the next batch starts when the one before is live and proven."""
        given = self.given(RolloutIn)
        proxies = rollouts.flagged(self.actor.account, by=given["by"], only=given["proxies"])
        draft = rollouts.Draft(self.actor.account, proxies)
        made = rollouts.begin(actor=self.actor, draft=draft, size=given["size"])
        return Response(RolloutDetailOut(made).data, status=201)

    @extend_schema(request=Nothing, responses=RolloutDetailOut)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, uuid: UUID) -> Response:
        """Start no further batch until somebody resumes."""
        return self._act(rollouts.pause, uuid)

    @extend_schema(request=Nothing, responses=RolloutDetailOut)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, uuid: UUID) -> Response:
        """Go on with the next batch."""
        return self._act(rollouts.resume, uuid)

    @extend_schema(request=Nothing, responses=RolloutDetailOut)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, uuid: UUID) -> Response:
        """End it: what is live stays, the rest stays flagged."""
        return self._act(rollouts.stop, uuid)

    @extend_schema(request=Nothing, responses=RepublishedOut)
    @action(detail=True, methods=["post"])
    def republish(self, request: Request, uuid: UUID) -> Response:
        """Publish the products of its proxies that need another release."""
        self.given(Nothing)
        rollout = access.get_rollout(self.actor, uuid, to=self.needed)
        return Response(rollouts.republish(actor=self.actor, rollout=rollout))

    def _act(self, act: Callable[..., None], uuid: UUID) -> Response:
        self.given(Nothing)
        rollout = access.get_rollout(self.actor, uuid, to=self.needed)
        act(actor=self.actor, rollout=rollout)
        return self._detail(rollout)

    def _detail(self, rollout: Rollout) -> Response:
        return Response(RolloutDetailOut(rollout).data)


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
