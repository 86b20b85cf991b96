"""Signs of life that worker and beat leave in the cache, so that every process of the portal can tell.

A broker that is away takes them with it; then health says so by itself.
"""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.core.cache import cache

log = logging.getLogger(__name__)
WORKER, BEAT = "watch:worker", "watch:beat"
OFTEN = 120  # seconds; housekeeping that runs more rarely is no sign of life


def leave(sign: str) -> None:
    """Note that it is alive now. A cache that is away is logged, and nothing else fails for it."""
    try:
        cache.set(sign, time.time(), timeout=None)
    except Exception as error:
        log.warning("no sign of life was left: %s (%s)", sign, type(error).__name__)


def of_sweep(name: str) -> str:
    """The sign of one entry of the beat schedule."""
    return f"watch:sweep:{name}"


def sweeps() -> dict[str, float]:
    """Names and periods (seconds) of the sweeps that make up for lost announcements."""
    schedule = settings.CELERY_BEAT_SCHEDULE
    return {name: entry["schedule"] for name, entry in schedule.items() if entry["schedule"] <= OFTEN}


def ages() -> dict[str, float]:
    """Seconds since each sign was left, by its name; those that never were are missing.

    Raises what the cache raises when it is away.
    """
    now = time.time()
    signs = [WORKER, BEAT, *map(of_sweep, sweeps())]
    return {sign: max(0.0, now - at) for sign, at in cache.get_many(signs).items()}
