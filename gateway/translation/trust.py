"""Which certificates of a truststore may vouch for clients at a moment.

An `anchor` vouches until it expires. An `intermediate` vouches when the store itself links it to an anchor
that is valid now: names match and the signature holds (cryptography's verify_directly_issued_by). A
`client` never vouches for anybody, and neither does an anchor that is no CA: Envoy does not look at
basicConstraints of what it trusts, so a pinned leaf put there could sign certificates of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from gateway.translation import pem
from gateway.translation.model import Entry


@dataclass
class Verdict:
    """`issuers` by fingerprint, sorted; `pins` sorted; the rest says what was not used and why."""

    issuers: dict[str, x509.Certificate] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    unreadable: list[Entry] = field(default_factory=list)
    not_a_ca: list[Entry] = field(default_factory=list)
    expired: list[Entry] = field(default_factory=list)
    unlinked: list[Entry] = field(default_factory=list)
    redraw_at: datetime | None = None  # when dates alone change the answer


def weigh(entries: Iterable[Entry], at: datetime) -> Verdict:
    """Sort a truststore's entries by what they may do at `at` (aware). Raises nothing: bad entries are
    listed."""
    verdict = Verdict()
    anchors: dict[str, x509.Certificate] = {}
    helpers: dict[str, tuple[Entry, x509.Certificate]] = {}
    ready: set[str] = set()
    for entry in sorted(entries, key=lambda e: (e.role, e.fingerprint)):
        if entry.role == "client":
            verdict.pins.append(entry.fingerprint)
            if entry.not_after < at:
                verdict.expired.append(entry)
            continue
        certificate = _read(entry)
        if certificate is None:
            verdict.unreadable.append(entry)
        elif not _is_ca(certificate):
            verdict.not_a_ca.append(entry)
        elif entry.not_after < at:
            verdict.expired.append(entry)
        elif entry.role == "anchor":
            anchors[entry.fingerprint] = certificate
            if entry.not_before <= at:
                ready.add(entry.fingerprint)
        else:
            helpers[entry.fingerprint] = (entry, certificate)
        verdict.redraw_at = _sooner(verdict.redraw_at, entry, at)
    linked = _linked(
        {f: c for f, c in anchors.items() if f in ready}, {f: c for f, (_, c) in helpers.items()}
    )
    verdict.unlinked = [entry for f, (entry, _) in helpers.items() if f not in linked and f not in anchors]
    verdict.issuers = dict(sorted({**linked, **anchors}.items()))
    return verdict


def _read(entry: Entry) -> x509.Certificate | None:
    try:
        (certificate,) = pem.certificates(entry.pem)
    except ValueError:
        return None
    return certificate if pem.fingerprint(certificate) == entry.fingerprint else None


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid  # without keyUsage a CA may sign (RFC 5280, 4.2.1.3)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    return usage.key_cert_sign


def _linked(
    anchors: dict[str, x509.Certificate], helpers: dict[str, x509.Certificate]
) -> dict[str, x509.Certificate]:
    """The helpers that lead to an anchor, through other helpers or directly."""
    by_issuer: dict[bytes, list[str]] = {}
    for fingerprint, certificate in helpers.items():
        by_issuer.setdefault(certificate.issuer.public_bytes(), []).append(fingerprint)
    found: dict[str, x509.Certificate] = {}
    todo = list(anchors.values())
    while todo:
        issuer = todo.pop()
        for fingerprint in by_issuer.get(issuer.subject.public_bytes(), ()):
            if fingerprint not in found and _signed(helpers[fingerprint], issuer):
                found[fingerprint] = helpers[fingerprint]
                todo.append(helpers[fingerprint])
    return found


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _sooner(known: datetime | None, entry: Entry, at: datetime) -> datetime | None:
    changes = (
        entry.not_before,
        entry.not_after + timedelta(seconds=1),
        known,
    )  # valid through its last second
    return min((moment for moment in changes if moment is not None and moment > at), default=None)
