"""The consumer's pages: what is published, and how to call it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import actor_of
from accounts.actors import Actor
from catalog.access import get_published_product
from common.errors import NotFound
from gateway.selectors import live_hosts

from . import guide as commands
from .access import get_place
from .selectors import door_of, places_of, products_for


def _layout(actor: Actor) -> str:
    """People of the account keep their frame; a consumer gets a page without it."""
    return "page.html" if actor.may("account:read") else "bare.html"


def products(request: HttpRequest) -> HttpResponse:
    """The published products."""
    actor = actor_of(request)
    actor.require("marketplace:read")
    search = request.GET.get("q", "").strip()
    page = Paginator(products_for(actor.account, search=search), 25).get_page(request.GET.get("page"))
    live = live_hosts(actor.account)
    for product in page:
        product.places = places_of(product, live)
    context = {
        "page": page,
        "search": search,
        "layout": _layout(actor),
        "may_publish": actor.may("products:change"),
    }
    return render(request, "marketplace/list.html", context)


def product(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One product, as its current release has it."""
    actor = actor_of(request)
    found = get_published_product(actor, uuid)
    content = found.current.content
    context = {
        "product": found,
        "release": found.current,
        "content": content,
        "places": places_of(found, live_hosts(actor.account)),
        "port": settings.GATEWAY_PORT,
        "layout": _layout(actor),
        "may_edit": actor.may("products:read"),
    }
    return render(request, "marketplace/product.html", context)


def guide(request: HttpRequest, uuid: UUID, host_uuid: UUID) -> HttpResponse:
    """How to call a product on one of its hosts, in commands that may be copied."""
    actor = actor_of(request)
    found, place = get_place(actor, uuid, host_uuid)
    door = door_of(actor.account, place.uuid)
    endpoints = [
        commands.Endpoint(
            place.name,
            settings.GATEWAY_PORT,
            api["base_path"],
            commands.CA_FILE if door and door.authorities else "",
            place.asks,
            place.client_auth,
            place.refusal or "explain",
        )
        for api in place.apis
    ]
    context = {
        "product": found,
        "release": found.current,
        "content": found.current.content,
        "place": place,
        "door": door,
        "endpoint": endpoints[0],
        "addresses": list(zip(place.apis, endpoints, strict=True)),
        "tabs": commands.tabs(endpoints[0]),
        "files": {"certificate": commands.CERTIFICATE, "key": commands.KEY, "ca": commands.CA_FILE},
        "layout": _layout(actor),
    }
    return render(request, "marketplace/guide.html", context)


def authorities(request: HttpRequest, uuid: UUID, host_uuid: UUID) -> HttpResponse:
    """The issuers of a host's own certificate, as a PEM file."""
    actor = actor_of(request)
    _, place = get_place(actor, uuid, host_uuid)
    door = door_of(actor.account, place.uuid)
    if door is None or not door.authorities:
        raise NotFound("issuer to download for this host")
    return HttpResponse(
        door.authorities_pem,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="{commands.CA_FILE}"'},
    )
