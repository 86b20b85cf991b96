"""What each process that answers requests counts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from prometheus_client import Counter, Gauge, Histogram

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

REQUESTS = Counter("countersign_requests", "Requests that the portal answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "countersign_request_seconds",
    "Time until the answer to a request begins.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
UNDER_WAY = Gauge(
    "countersign_requests_under_way", "Requests being worked on now.", multiprocess_mode="livesum"
)
SIGN_INS_REFUSED = Counter("countersign_sign_ins_refused", "Sign-ins with a wrong address or password.")


def count(request: HttpRequest, status: int, seconds: float) -> None:
    """Note one answered request. `view` is the name of its route, never an address that somebody typed."""
    match = request.resolver_match
    view = (match.view_name if match else "") or "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(view, method, str(status)).inc()
    SECONDS.labels(view).observe(seconds)


@receiver(user_login_failed)
def _refused(sender: Any, **kwargs: Any) -> None:
    SIGN_INS_REFUSED.inc()
