"""Requests for more hosts on the REST API."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import Move, Nothing, Strict

from .. import access, selectors
from ..models import QuotaRequest
from ..services import quota


class QuotaRequestOut(serializers.ModelSerializer):
    """A request for more hosts, and what became of it."""

    label = serializers.CharField(source="__str__", help_text="QR- and the number")
    moves = Move(many=True)

    class Meta:
        model = QuotaRequest
        fields = (
            "uuid",
            "label",
            "component",
            "wanted",
            "reason",
            "raised_by",
            "status",
            "moves",
            "created_at",
        )
        read_only_fields = fields


class QuotaRequestIn(Strict):
    """How many hosts beside the default host, and what for."""

    wanted = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=500)


class QuotaRequestViewSet(AccountViewSet):
    """Requests for more hosts, answered by the queue."""

    needs = {
        "list": "incidents:read",
        "retrieve": "incidents:read",
        "create": "incidents:raise",
        "grant": "incidents:process",
        "refuse": "incidents:process",
    }

    @extend_schema(responses=QuotaRequestOut(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        return self.page(selectors.quota_requests_of(self.actor.account), QuotaRequestOut)

    @extend_schema(responses=QuotaRequestOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One request with its history."""
        return self._shown(access.get_quota_request(self.actor, uuid, to=self.needed))

    @extend_schema(request=QuotaRequestIn, responses={201: QuotaRequestOut})
    def create(self, request: Request) -> Response:
        """Ask for more hosts."""
        made = quota.ask(actor=self.actor, **self.given(QuotaRequestIn))
        return self._shown(made, status=201)

    @extend_schema(request=Nothing, responses=QuotaRequestOut)
    @action(detail=True, methods=["post"])
    def grant(self, request: Request, uuid: UUID) -> Response:
        """Let the account have them."""
        self.given(Nothing)
        asked = access.get_quota_request(self.actor, uuid, to=self.needed)
        quota.grant(actor=self.actor, request=asked)
        return self._shown(asked)

    @extend_schema(request=Nothing, responses=QuotaRequestOut)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, uuid: UUID) -> Response:
        """Leave the quota as it is."""
        self.given(Nothing)
        asked = access.get_quota_request(self.actor, uuid, to=self.needed)
        quota.refuse(actor=self.actor, request=asked)
        return self._shown(asked)

    def _shown(self, asked: QuotaRequest, status: int = 200) -> Response:
        return Response(QuotaRequestOut(asked).data, status=status)
