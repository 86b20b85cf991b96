"""The public roots that the judge knows, loaded once a process."""

from __future__ import annotations

from functools import cache

import certifi

from .pki.public_roots import PublicRoots


@cache
def public_roots() -> PublicRoots:
    """Mozilla's list as certifi carries it: anchors that would let in every customer of a public CA."""
    return PublicRoots.from_pem(certifi.contents())
