"""What machines that watch the portal ask."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from common.logcontext import request_id

from . import counted, health
from .state import State


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The portal can do its work: 200, or 503; either way with each check."""
    checks = health.state()
    fine = all(check["ok"] for check in checks.values())
    return JsonResponse({"ready": fine, "checks": checks}, status=200 if fine else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything in Prometheus' text format, for whoever holds COUNTERSIGN_METRICS_TOKEN. Without a token in
    the environment there is no such page.
    """
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        refusal = HttpResponse("Show the token of COUNTERSIGN_METRICS_TOKEN.\n", "text/plain", status=401)
        refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refusal
    return HttpResponse(generate_latest(counted.registry(State())), CONTENT_TYPE_LATEST)


def failed(request: HttpRequest) -> HttpResponse:
    """The page of a request that broke (handler500), with the id under which the log knows it."""
    # Without the request: what the frame of other pages reads may be what is broken.
    return HttpResponse(render_to_string("500.html", {"request_id": request_id()}), status=500)
