"""Counting attempts within a while, in the cache. Without the cache nothing is counted:
nobody is locked out by our outage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def count(key: str, seconds: int) -> int:
    """Count one more, and return how many there are now within `seconds` of the first one."""

    def add() -> int:
        cache.add(key, 0, timeout=seconds)
        try:
            return cache.incr(key)
        except ValueError:  # the while ended between the two calls
            cache.set(key, 1, timeout=seconds)
            return 1

    return _tolerant(add)


def counted(key: str) -> int:
    """How many there are now."""
    return _tolerant(lambda: cache.get(key, 0))


def forget(key: str) -> None:
    """Begin anew."""
    _tolerant(lambda: int(cache.delete(key)))


def _tolerant(act: Callable[[], int]) -> int:
    try:
        return act()
    except RedisError as error:
        log.warning("attempts are not counted: %s", type(error).__name__)
        return 0
