"""Hosts to read, host requests to make and read."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import SEARCH
from common.errors import DomainError

from .. import access, selectors, services
from ..lifecycle import Operation
from .serializers import HostOut, RequestDetailOut, RequestIn, RequestOut

# The service names fields as the documented VirtualHostRequests do; here they have our names.
_FIELDS = {
    "virtualHostUrl": "alias",
    "virtualHostId": "host",
    "trustStore": "trust",
    "isForCustomDomain": "custom_domain",
    "keyStoreName": "keystore",
    "keyStoreAlias": "key_alias",
}


class HostViewSet(AccountViewSet):
    """Virtual hosts. They change only through host requests."""

    needs = {"list": "hosts:read", "retrieve": "hosts:read"}

    @extend_schema(responses=HostOut(many=True), parameters=[SEARCH])
    def list(self, request: Request) -> Response:
        """The hosts, the default one first; `search` looks into name and truststore."""
        return self.page(selectors.hosts_of(self.actor.account, search=self.searched), HostOut)

    @extend_schema(responses=HostOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One host."""
        return Response(HostOut(access.get_host(self.actor, uuid, to=self.needed)).data)


class HostRequestViewSet(AccountViewSet):
    """Wishes to create, change or delete a host, carried out at once."""

    needs = {"list": "hosts:read", "retrieve": "hosts:read", "create": "hosts:request"}

    @extend_schema(responses=RequestOut(many=True))
    def list(self, request: Request) -> Response:
        """Every host request, newest first, failed ones included."""
        return self.page(selectors.requests_of(self.actor.account), RequestOut)

    @extend_schema(responses=RequestDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One host request with its history."""
        return Response(RequestDetailOut(access.get_request(self.actor, uuid, to=self.needed)).data)

    @extend_schema(request=RequestIn, responses={201: RequestDetailOut})
    def create(self, request: Request) -> Response:
        """Ask for a host, for a change of one, or for its end. A refused wish is kept as failed, and nothing
        changes.
        """
        given = self.given(RequestIn)
        wish = services.Wish(
            operation=Operation(given["operation"]),
            alias=given.get("alias", ""),
            client_auth=given.get("client_auth"),
            trust=given.get("trust"),
            host=str(given["host"]) if "host" in given else None,
            description=given.get("description"),
            is_custom=given.get("custom_domain"),
            key=given.get("keystore"),
            key_alias=given.get("key_alias"),
            refusal=given.get("refusal"),
        )
        try:
            made = services.submit(actor=self.actor, wish=wish)
        except DomainError as error:
            error.field = _FIELDS.get(error.field, error.field)
            raise
        return Response(RequestDetailOut(made).data, status=201)
