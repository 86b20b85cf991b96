"""Keystores: read only, and never a key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import actor_of

from .. import selectors
from .common import page_of


def keystores(request: HttpRequest) -> HttpResponse:
    """Each keystore with the certificate in use under each alias: the newest."""
    actor = actor_of(request)
    actor.require("certificates:read")
    page = page_of(request, selectors.keystores_of(actor.account).order_by("name"))
    for store in page:
        newest = {}
        for key in store.keys.all():  # newest first
            newest.setdefault(key.alias, key)
        store.in_use = sorted(newest.values(), key=lambda key: key.alias)
    return render(request, "certificates/keystores.html", {"page": page})
