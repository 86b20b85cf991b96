"""How often a secure link may be used.

A token cannot be guessed; this keeps one sender from keeping the judge of private keys busy.
"""

from __future__ import annotations

from common.counting import count

SENDS_AN_HOUR = 30


def may_send(digest: str) -> bool:
    """Count one more attempt on the link with this token digest; False past the limit of this hour."""
    return count(f"secure-link-sends:{digest}", 3600) <= SENDS_AN_HOUR
