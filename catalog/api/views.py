"""API proxies and products."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import SEARCH, Nothing
from common.errors import DomainError, NotFound
from vhosts.access import get_host

from .. import access, selectors, services
from .serializers import (
    PROXY_STATES,
    ProductIn,
    ProductOut,
    ProductPatchIn,
    ProxyIn,
    ProxyOut,
    ProxyPatchIn,
)

_STATE = OpenApiParameter("state", str, enum=PROXY_STATES)
_Row = TypeVar("_Row")


class ProxyViewSet(AccountViewSet):
    """API proxies: a base path on hosts, and where it leads."""

    needs = {
        "list": "proxies:read",
        "retrieve": "proxies:read",
        "create": "proxies:change",
        "update": "proxies:change",
        "partial_update": "proxies:change",
        "destroy": "proxies:change",
    }

    @extend_schema(responses=ProxyOut(many=True), parameters=[SEARCH, _STATE])
    def list(self, request: Request) -> Response:
        """By name; `search` looks into names, base paths and hosts."""
        state = self.chosen("state", PROXY_STATES)
        rows = selectors.proxies_of(self.actor.account, search=self.searched, state=state)
        return self.page(rows, ProxyOut)

    @extend_schema(responses=ProxyOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One proxy."""
        return Response(ProxyOut(access.get_proxy(self.actor, uuid, to=self.needed)).data)

    @extend_schema(request=ProxyIn, responses={201: ProxyOut})
    def create(self, request: Request) -> Response:
        """Create a proxy. The gateway serves it with the next deployment."""
        proxy = services.create_proxy(actor=self.actor, **self._with_hosts(self.given(ProxyIn)))
        return self.retrieve_again(proxy.uuid, status=201)

    @extend_schema(request=ProxyIn, responses=ProxyOut)
    def update(self, request: Request, uuid: UUID) -> Response:
        """Change a proxy altogether."""
        return self._change(uuid, self.given(ProxyIn))

    @extend_schema(request=ProxyPatchIn, responses=ProxyOut)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change what is named of a proxy."""
        return self._change(uuid, self.given(ProxyPatchIn))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Delete a proxy that is in no product. The gateway stops serving it with the next deployment."""
        proxy = access.get_proxy(self.actor, uuid, to=self.needed)
        services.delete_proxy(actor=self.actor, proxy=proxy)
        return Response(status=204)

    def retrieve_again(self, uuid: UUID, status: int = 200) -> Response:
        """The proxy as it is stored now."""
        return Response(ProxyOut(access.get_proxy(self.actor, uuid, to=self.needed)).data, status=status)

    def _change(self, uuid: UUID, given: dict[str, Any]) -> Response:
        proxy = access.get_proxy(self.actor, uuid, to=self.needed)
        before = {
            "name": proxy.name,
            "base_path": proxy.base_path,
            "target_url": proxy.target_url,
            "description": proxy.description,
            "hosts": [placement.host for placement in proxy.placements.all()],
        }
        services.change_proxy(actor=self.actor, proxy=proxy, **(before | self._with_hosts(given)))
        return self.retrieve_again(uuid)

    def _with_hosts(self, given: dict[str, Any]) -> dict[str, Any]:
        if "hosts" not in given:
            return given
        return given | {
            "hosts": _all(given["hosts"], "hosts", lambda u: get_host(self.actor, u, to=self.needed))
        }


class ProductViewSet(AccountViewSet):
    """Products: sets of proxies that are published together."""

    needs = {
        "list": "products:read",
        "retrieve": "products:read",
        "create": "products:change",
        "partial_update": "products:change",
        "publish": "products:change",
    }

    @extend_schema(responses=ProductOut(many=True), parameters=[SEARCH])
    def list(self, request: Request) -> Response:
        """By title; `search` looks into titles and names."""
        return self.page(selectors.products_of(self.actor.account, search=self.searched), ProductOut)

    @extend_schema(responses=ProductOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One product."""
        return self._shown(uuid)

    @extend_schema(request=ProductIn, responses={201: ProductOut})
    def create(self, request: Request) -> Response:
        """Create a product as a draft."""
        product = services.create_product(actor=self.actor, **self._with_proxies(self.given(ProductIn)))
        return self._shown(product.uuid, status=201)

    @extend_schema(request=ProductPatchIn, responses=ProductOut)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change what is named of a product. Consumers see it after the next publishing."""
        product = access.get_product(self.actor, uuid, to=self.needed)
        before = {
            "title": product.title,
            "description": product.description,
            "proxies": list(product.proxies.all()),
        }
        given = self._with_proxies(self.given(ProductPatchIn))
        services.change_product(actor=self.actor, product=product, **(before | given))
        return self._shown(uuid)

    @extend_schema(request=Nothing, responses=ProductOut)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, uuid: UUID) -> Response:
        """Make a release of it as it is deployed now. Refused while a proxy waits for its deployment."""
        self.given(Nothing)
        product = access.get_product(self.actor, uuid, to=self.needed)
        services.publish_product(actor=self.actor, product=product)
        return self._shown(uuid)

    def _shown(self, uuid: UUID, status: int = 200) -> Response:
        product = access.get_product(self.actor, uuid, to=self.needed)
        return Response(ProductOut(product).data, status=status)

    def _with_proxies(self, given: dict[str, Any]) -> dict[str, Any]:
        if "proxies" not in given:
            return given
        found = _all(given["proxies"], "proxies", lambda u: access.get_proxy(self.actor, u, to=self.needed))
        return given | {"proxies": found}


def _all(uuids: Iterable[UUID], field: str, find: Callable[[UUID], _Row]) -> list[_Row]:
    """Every object named in `field`; one that does not exist is a mistake in the input, not a missing
    page.
    """
    found = []
    for uuid in uuids:
        try:
            found.append(find(uuid))
        except NotFound as error:
            raise DomainError("unknown", f"{uuid}: {error.message}", field=field) from error
    return found
