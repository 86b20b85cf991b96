"""A truststore as this product hands it to Envoy: what `gateway.translation.trust` decides, seen from here.

`trusted_ca` holds the anchors that are CAs and have not expired, and the intermediates that the store itself
links to an anchor that is valid now. Pins are compared by fingerprint and dates, outside of TLS. The
contract suite compares this with the translation for every store that it makes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature

from ..certificate import Certificate
from ..roles import Role


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
        if role != Role.CLIENT and _is_ca(certificate) and certificate.not_after >= at
    ]
    anchors = [certificate for certificate, role in living if role == Role.ANCHOR]
    helpers = [certificate for certificate, role in living if role == Role.INTERMEDIATE]
    ready = [certificate for certificate in anchors if certificate.not_before <= at]
    trusted = {c.fingerprint: c for c in (*anchors, *_linked(ready, helpers))}
    return Rendered(tuple(trusted[fingerprint] for fingerprint in sorted(trusted)), pins)


def _is_ca(certificate: Certificate) -> bool:
    usage = certificate.key_usage
    return certificate.is_ca and (usage is None or "keyCertSign" in usage)


def _linked(anchors: Iterable[Certificate], helpers: Sequence[Certificate]) -> list[Certificate]:
    """The helpers that lead to one of the anchors, directly or through others."""
    found: dict[str, Certificate] = {}
    todo = list(anchors)
    while todo:
        issuer = todo.pop()
        for helper in helpers:
            if helper.fingerprint not in found and _signed(helper, issuer):
                found[helper.fingerprint] = helper
                todo.append(helper)
    return list(found.values())


def _signed(certificate: Certificate, issuer: Certificate) -> bool:
    if certificate.issuer_key != issuer.subject_key:
        return False
    try:
        certificate.decoded.verify_directly_issued_by(issuer.decoded)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
