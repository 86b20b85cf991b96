"""The only way views and the API obtain a proxy or a product."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common.errors import NotFound

from .models import Product, Proxy
from .selectors import products_of, proxies_of


def get_proxy(actor: Actor, uuid: UUID, *, to: str = "proxies:read") -> Proxy:
    """A proxy of the actor's account."""
    actor.require(to)
    proxy = proxies_of(actor.account).filter(uuid=uuid).first()
    if proxy is None:
        raise NotFound("API proxy")
    return proxy


def get_product(actor: Actor, uuid: UUID, *, to: str = "products:read") -> Product:
    """A product of the actor's account, in any state."""
    actor.require(to)
    product = products_of(actor.account).filter(uuid=uuid).first()
    if product is None:
        raise NotFound("product")
    return product


def get_published_product(actor: Actor, uuid: UUID, *, to: str = "marketplace:read") -> Product:
    """A product that consumers may see."""
    actor.require(to)
    product = products_of(actor.account).filter(uuid=uuid).exclude(current=None).first()
    if product is None:
        raise NotFound("product")
    return product
