"""Denials on the REST API."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import Nothing, Strict

from .. import access, denials
from ..denial_state import denials_of, states_of
from ..models import Denial


class DenialOnNodeOut(serializers.Serializer):
    """What one node said of a denial."""

    node = serializers.CharField(source="name")
    since = serializers.DateTimeField(allow_null=True, help_text="null: not confirmed yet")
    milliseconds = serializers.IntegerField(help_text="from the agent's writing to Envoy's confirmation")
    why = serializers.CharField(help_text="why it is not confirmed, as far as is known")


class DenialOut(serializers.Serializer):
    """A denial, and what became of it."""

    uuid = serializers.UUIDField(source="denial.uuid")
    name = serializers.CharField(source="denial.name", help_text="what people know the certificate by")
    fingerprint = serializers.CharField(source="denial.fingerprint", help_text="SHA-256, lower-case hex")
    reason = serializers.CharField(source="denial.reason")
    by = serializers.CharField(source="denial.by")
    created_at = serializers.DateTimeField(source="denial.created_at")
    until = serializers.DateTimeField(source="denial.until")
    lifted_by = serializers.CharField(source="denial.lifted_by")
    ended_at = serializers.DateTimeField(source="denial.ended_at", allow_null=True)
    status = serializers.ChoiceField(("in force", "spreading", "deployed", "lifted", "ended"))
    sentence = serializers.CharField()
    deployment = serializers.IntegerField(
        help_text="number of the live deployment that carries it; 0: none does"
    )
    nodes = DenialOnNodeOut(many=True)


class DenialIn(Strict):
    """A certificate to refuse on every host of the account, at once."""

    fingerprint = serializers.CharField(max_length=200, help_text="SHA-256 of the client certificate")
    reason = serializers.CharField(max_length=500)
    hours = serializers.IntegerField(
        min_value=1, max_value=denials.MOST_HOURS, default=denials.DEFAULT_HOURS, required=False
    )


class DenialViewSet(AccountViewSet):
    """Denials: certificates that are refused everywhere, whatever the truststores say."""

    needs = {
        "list": "gateway:read",
        "retrieve": "gateway:read",
        "create": "gateway:deny",
        "lift": "gateway:deny",
    }

    @extend_schema(responses=DenialOut(many=True))
    def list(self, request: Request) -> Response:
        """Every denial, newest first."""
        account = self.actor.account
        shown = self.paginate_queryset(denials_of(account))
        return self.get_paginated_response(DenialOut(states_of(account, shown), many=True).data)

    @extend_schema(responses=DenialOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One denial, with what each node said."""
        return Response(self._shown(access.get_denial(self.actor, uuid, to=self.needed)))

    @extend_schema(request=DenialIn, responses={201: DenialOut})
    def create(self, request: Request) -> Response:
        """Refuse a certificate on every host, live connections included. No deployment is needed."""
        denial = denials.deny(actor=self.actor, **self.given(DenialIn))
        return Response(self._shown(denial), status=201)

    @extend_schema(request=Nothing, responses=DenialOut)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, uuid: UUID) -> Response:
        """Take a denial back: the truststores decide again."""
        self.given(Nothing)
        denial = access.get_denial(self.actor, uuid, to=self.needed)
        return Response(self._shown(denials.lift(actor=self.actor, denial=denial)))

    def _shown(self, denial: Denial) -> dict:
        (state,) = states_of(self.actor.account, [denial])
        return DenialOut(state).data
