"""A truststore as this product hands it to Envoy: what `gateway.translation.trust` decides, seen from here.

`trusted_ca` holds the anchors that are CAs and have not expired, and the intermediates that the store itself
links to an anchor that is valid now. Pins are compared by fingerprint and dates, outside of TLS. The
contract suite compares this with the translation for every store that it makes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..certificate import Certificate
from ..roles import Role
from ..vouching import linked, may_vouch


@dataclass(frozen=True)
class Rendered:
    """`trusted`: the certificates in `trusted_ca`. `pins`: fingerprints (lower-case hex SHA-256)."""

    trusted: tuple[Certificate, ...]
    pins: frozenset[str]


def as_trusted_ca(store: Iterable[tuple[Certificate, Role]]) -> Rendered:
    """Every entry an anchor."""
    return Rendered(tuple(certificate for certificate, _ in store), frozenset())


def as_product(store: Sequence[tuple[Certificate, Role]], at: datetime) -> Rendered:
    """The store as the product renders it at the aware moment `at`."""
    pins = frozenset(certificate.fingerprint for certificate, role in store if role == Role.CLIENT)
    living = [
        (certificate, role)
        for certificate, role in store
        if role != Role.CLIENT and may_vouch(certificate) and certificate.not_after >= at
    ]
    anchors = [certificate for certificate, role in living if role == Role.ANCHOR]
    helpers = [certificate for certificate, role in living if role == Role.INTERMEDIATE]
    ready = [certificate for certificate in anchors if certificate.not_before <= at]
    trusted = {
        c.fingerprint: c for c in (*anchors, *(helper for helper, _ in linked(ready, helpers, at).values()))
    }
    return Rendered(tuple(trusted[fingerprint] for fingerprint in sorted(trusted)), pins)
