"""Which certificates of a truststore may vouch for clients at a moment.

An `anchor` vouches until it expires. An `intermediate` vouches when the store itself links it to an anchor
that is valid now: names match and the signature holds (cryptography's verify_directly_issued_by). A
`client` never vouches for anybody, and neither does an anchor that is no CA: Envoy does not look at
basicConstraints of what it trusts, so a pinned leaf put there could sign certificates of its own.

Every certificate that vouches has the rules of the anchors at or above it: a client that it issued enters
when one of them allows one of the client's names. An anchor without a rule allows everyone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from certificates.pki.san_rules import SanRule
from gateway.translation import pem
from gateway.translation.model import Entry

Rules = frozenset[SanRule]
OPEN: Rules = frozenset()


@dataclass
class Verdict:
    """`issuers` by fingerprint, sorted; `rules` of each issuer (OPEN: it vouches for everyone); `pins`
    sorted; the rest says what was not used and why."""

    issuers: dict[str, x509.Certificate] = field(default_factory=dict)
    rules: dict[str, Rules] = field(default_factory=dict)
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
    own: dict[str, Rules] = {}
    ready: set[str] = set()
    for entry in sorted(entries, key=lambda e: (e.role, e.fingerprint)):
        if entry.role == "client":
            verdict.pins.append(entry.fingerprint)
            if entry.not_after < at:
                verdict.expired.append(entry)
            continue
        certificate = read(entry)
        if certificate is None:
            verdict.unreadable.append(entry)
        elif not _is_ca(certificate):
            verdict.not_a_ca.append(entry)
        elif entry.not_after < at:
            verdict.expired.append(entry)
        elif entry.role == "anchor":
            anchors[entry.fingerprint] = certificate
            own[entry.fingerprint] = Rules(entry.san_rules)
        else:
            helpers[entry.fingerprint] = (entry, certificate)
        if entry.not_before <= at:
            ready.add(entry.fingerprint)
        verdict.redraw_at = _sooner(verdict.redraw_at, entry, at)
    known = {f: c for f, (_, c) in helpers.items()} | anchors
    by_issuer = _by_issuer(known)
    linked = {f: known[f] for f in _below(anchors.keys() & ready, known, ready, by_issuer)}
    verdict.unlinked = [entry for f, (entry, _) in helpers.items() if f not in linked and f not in anchors]
    verdict.issuers = dict(sorted({**linked, **anchors}.items()))
    verdict.rules = _rules(verdict.issuers, own, ready, by_issuer)
    return verdict


def _rules(
    issuers: dict[str, x509.Certificate],
    own: dict[str, Rules],
    ready: set[str],
    by_issuer: dict[bytes, list[str]],
) -> dict[str, Rules]:
    """The rules of each issuer: its own and those of every anchor above it, OPEN where one of these is."""
    if not any(own.values()):
        return dict.fromkeys(issuers, OPEN)
    found: dict[str, list[Rules]] = {fingerprint: [] for fingerprint in issuers}
    for anchor, rules in own.items():
        found[anchor].append(rules)
        # An anchor whose time has not come vouches for nothing below it yet.
        for fingerprint in _below({anchor} & ready, issuers, ready, by_issuer):
            found[fingerprint].append(rules)
    return {f: OPEN if OPEN in each else Rules().union(*each) for f, each in found.items()}


def read(entry: Entry) -> x509.Certificate | None:
    """The certificate of an entry; None when its PEM holds anything else than that one certificate."""
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


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether anything that it signed might be taken for good if it were in `trusted_ca` (measured: only a
    keyUsage without keyCertSign prevents that)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return True


def _by_issuer(known: dict[str, x509.Certificate]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for fingerprint, certificate in known.items():
        found.setdefault(certificate.issuer.public_bytes(), []).append(fingerprint)
    return found


def _below(
    tops: set[str],
    known: dict[str, x509.Certificate],
    ready: set[str],
    by_issuer: dict[bytes, list[str]],
) -> set[str]:
    """`tops`, and what of `known` leads to one of them, directly or through others that are valid now."""
    found = set(tops)
    todo = list(tops)
    while todo:
        issuer = known[todo.pop()]
        for fingerprint in by_issuer.get(issuer.subject.public_bytes(), ()):
            if fingerprint in known and fingerprint not in found and _signed(known[fingerprint], issuer):
                found.add(fingerprint)
                if fingerprint in ready:
                    todo.append(fingerprint)
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
