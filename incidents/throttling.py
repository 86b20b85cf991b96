"""How often a secure link may be used.

A token cannot be guessed; this keeps one sender from keeping the judge of private keys busy.
"""

from __future__ import annotations

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

SENDS_AN_HOUR = 30


def may_send(digest: str) -> bool:
    """Count one more attempt on the link with this token digest; False past the limit of this hour.

    Without the cache everybody may: a partner is not turned away for our outage.
    """
    key = f"secure-link-sends:{digest}"
    try:
        cache.add(key, 0, timeout=3600)
        return cache.incr(key) <= SENDS_AN_HOUR
    except (RedisError, ValueError) as error:  # ValueError: the hour ended between the two calls
        log.warning("attempts are not counted: %s", type(error).__name__)
        return True
