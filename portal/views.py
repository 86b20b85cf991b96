"""The overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import actor_of

from .attention import overview_of


def overview(request: HttpRequest) -> HttpResponse:
    """What needs attention in the account."""
    actor = actor_of(request)
    if not actor.may("account:read"):
        return redirect("marketplace:list")  # a consumer sees nothing else
    return render(request, "portal/overview.html", overview_of(actor))
