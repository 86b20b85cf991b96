"""The account, its people, its service keys, its audit trail."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import SEARCH, Nothing

from .. import access, selectors, services
from .base import AccountViewSet
from .serializers import (
    AccountIn,
    ActorOut,
    AuditOut,
    MemberIn,
    MemberOut,
    NewServiceKeyOut,
    RoleIn,
    ServiceKeyIn,
    ServiceKeyOut,
)


class AccountView(AccountViewSet):
    """Who am I here?"""

    needs = {"retrieve": "", "partial_update": "account:manage"}

    @extend_schema(request=AccountIn, responses=ActorOut)
    def partial_update(self, request: Request) -> Response:
        """Choose how strictly certificates are judged from now on."""
        given = self.given(AccountIn)
        services.set_severity_profile(actor=self.actor, profile=given["severity_profile"])
        return self.retrieve(request)

    @extend_schema(responses=ActorOut)
    def retrieve(self, request: Request) -> Response:
        """The account, and what the caller may do in it."""
        actor = self.actor
        facts = {"account": actor.account, "label": actor.label, "role": actor.role}
        return Response(ActorOut(facts | {"permissions": sorted(actor.permissions)}).data)


class MemberViewSet(AccountViewSet):
    """The people of the account."""

    needs = {
        "list": "account:read",
        "create": "account:manage",
        "partial_update": "account:manage",
        "destroy": "account:manage",
    }

    @extend_schema(responses=MemberOut(many=True))
    def list(self, request: Request) -> Response:
        """Everybody, by e-mail address."""
        return self.page(selectors.members_of(self.actor.account), MemberOut)

    @extend_schema(request=MemberIn, responses={201: MemberOut})
    def create(self, request: Request) -> Response:
        """Add a person. Somebody new to the portal sets a password through “forgotten password”."""
        member, _ = services.add_member(actor=self.actor, **self.given(MemberIn))
        return Response(MemberOut(member).data, status=201)

    @extend_schema(request=RoleIn, responses=MemberOut)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Give a person another role."""
        member = access.get_member(self.actor, uuid, to=self.needed)
        services.change_role(actor=self.actor, member=member, role=self.given(RoleIn)["role"])
        return Response(MemberOut(member).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Take a person out of the account."""
        member = access.get_member(self.actor, uuid, to=self.needed)
        services.remove_member(actor=self.actor, member=member)
        return Response(status=204)


class ServiceKeyViewSet(AccountViewSet):
    """The keys of machines."""

    needs = {"list": "keys:manage", "create": "keys:manage", "revoke": "keys:manage"}

    @extend_schema(responses=ServiceKeyOut(many=True))
    def list(self, request: Request) -> Response:
        """Every key, newest first, revoked ones included."""
        return self.page(selectors.service_keys_of(self.actor.account), ServiceKeyOut)

    @extend_schema(request=ServiceKeyIn, responses={201: NewServiceKeyOut})
    def create(self, request: Request) -> Response:
        """Create a key. The answer holds its secret, this once."""
        new = services.create_service_key(actor=self.actor, **self.given(ServiceKeyIn))
        key = ServiceKeyOut(new.key).data
        key |= {"client_secret": new.client_secret, "token_url": settings.PORTAL_URL + reverse("oauth-token")}
        return Response(key, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(request=Nothing, responses=ServiceKeyOut)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, uuid: UUID) -> Response:
        """Refuse the key and every token it obtained, from now on."""
        self.given(Nothing)
        key = access.get_service_key(self.actor, uuid, to=self.needed)
        services.revoke_service_key(actor=self.actor, key=key)
        return Response(ServiceKeyOut(key).data)


class AuditViewSet(AccountViewSet):
    """Who did what, when."""

    needs = {"list": "audit:read"}

    @extend_schema(responses=AuditOut(many=True), parameters=[SEARCH])
    def list(self, request: Request) -> Response:
        """The audit trail, newest first; `search` looks into actor, action and subject."""
        return self.page(selectors.audit_trail(self.actor.account, search=self.searched), AuditOut)
