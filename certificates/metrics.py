"""What is counted of uploads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prometheus_client import Counter

from common.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")
UPLOADS_REFUSED = Counter(
    "countersign_uploads_refused", "Uploads refused at the door, of which nothing was kept.", ["reason"]
)
for _reason in ("no_file", "too_many_files", "too_large", "archive_sent", "private_key_sent"):
    UPLOADS_REFUSED.labels(_reason)  # from zero on, so that the first one is an increase


def counting_refusals(check: Callable[P, R]) -> Callable[P, R]:
    """Wrap a check of uploads: what it refuses (DomainError) is counted by its code, and still refused."""

    @wraps(check)
    def counted(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return check(*args, **kwargs)
        except DomainError as refusal:
            UPLOADS_REFUSED.labels(refusal.code).inc()
            raise

    return counted
