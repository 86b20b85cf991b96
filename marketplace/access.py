"""The only way the pages obtain a published product and a host of it."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from catalog.access import get_published_product
from catalog.models import Product
from common.errors import NotFound
from gateway.selectors import live_hosts

from .selectors import Place, places_of


def get_place(actor: Actor, product_uuid: UUID, host_uuid: UUID) -> tuple[Product, Place]:
    """A published product of the actor's account, and one of the hosts that its release names."""
    product = get_published_product(actor, product_uuid)
    for place in places_of(product, live_hosts(actor.account)):
        if place.uuid == str(host_uuid):
            return product, place
    raise NotFound("host of this product")
