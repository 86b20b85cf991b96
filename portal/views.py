"""The overview, and the answers for machines that watch the portal."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from accounts.access import actor_of

from .attention import overview_of


def overview(request: HttpRequest) -> HttpResponse:
    """What needs attention in the account."""
    actor = actor_of(request)
    if not actor.may("account:read"):
        return redirect("marketplace:list")  # a consumer sees nothing else
    return render(request, "portal/overview.html", overview_of(actor))


@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Database and broker answer too: 200, or 503 naming what does not."""
    answers = {}
    for name, check in (("database", connection.ensure_connection), ("broker", lambda: cache.get("readyz"))):
        try:
            check()
            answers[name] = "ok"
        except Exception as error:
            answers[name] = type(error).__name__
    return JsonResponse(answers, status=200 if set(answers.values()) == {"ok"} else 503)
