"""The base of every view of the REST API: who acts, may they, and how lists are cut into pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from common.api import Pages, Schema, refuse_large_body

from ..access import actor_of
from ..actors import Actor
from .authentication import BearerAuthentication


class SignedInOrKey(BasePermission):
    """A person in their session, or a machine with a token; what they may do is the actor's business."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Client credentials have no person behind them: `request.user` is None then."""
        return request.auth is not None or bool(request.user and request.user.is_authenticated)


class AccountViewSet(GenericViewSet):
    """Views on what an account owns.

    `needs` names the permission of every action; an action without one fails. It is checked before any
    input is read.
    """

    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes = (SignedInOrKey,)
    pagination_class = Pages
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    schema = Schema()
    metadata_class = None  # OPTIONS answers 405: the OpenAPI document describes the API
    needs: ClassVar[dict[str, str]] = {}

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return actor_of(self.request)

    @property
    def needed(self) -> str:
        """The permission of the current action; "" for one that every actor has."""
        return self.needs[self.action]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Bound the body, find out who it is, and refuse what they may not do."""
        refuse_large_body(request)
        super().initial(request, *args, **kwargs)
        if self.action not in (None, "metadata") and self.needed:
            self.actor.require(self.needed)

    def given(self, kind: type[serializers.Serializer]) -> dict[str, Any]:
        """The checked input. Raises ValidationError naming the fields that do not fit."""
        form = kind(data=self.request.data)
        form.is_valid(raise_exception=True)
        return form.validated_data

    def page(self, rows: QuerySet, kind: type[serializers.BaseSerializer]) -> Response:
        """One page of a list."""
        shown = self.paginate_queryset(rows)
        return self.get_paginated_response(kind(shown, many=True).data)

    @property
    def searched(self) -> str:
        """What the list shall be narrowed to."""
        return self.request.query_params.get("search", "").replace("\x00", "").strip()

    def chosen(self, name: str, allowed: Sequence[str]) -> str:
        """A word of the query that narrows the list, or "". Raises ValidationError for an unknown one."""
        word = self.request.query_params.get(name, "")
        if word and word not in allowed:
            raise serializers.ValidationError(
                {name: [f"Choose one of {', '.join(allowed)}."]}, code="invalid_choice"
            )
        return word
