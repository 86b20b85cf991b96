"""Certificates whose dates are relative to the real clock, because the real Envoy looks at it."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from cryptography import x509

from certificates.pki.san_rules import from_text
from certificates.testing.hierarchy import DAY, SERVER, Identity, ec_key, make, rsa_key
from gateway.translation.model import Entry, Role, ServerKey, Truststore

__all__ = ["ec_key", "ip_address", "rsa_key"]  # beside what is made here

TODAY = datetime.now(UTC).replace(microsecond=0)
ROOT = make("Quay Root CA", ca=True, start=TODAY - DAY, end=TODAY + 365 * DAY)
ISSUING = make("Quay Issuing CA", ROOT, ca=True, start=TODAY - DAY, end=TODAY + 365 * DAY)


def client(name: str, issuer: Identity | None = None, days: int = 30, **more: Any) -> Identity:
    """A client certificate that started yesterday (or long ago, when `days` is negative: it has expired)."""
    start = TODAY - DAY if days > 0 else TODAY - 400 * DAY
    return make(name, issuer, start=start, end=TODAY + days * DAY, **more)


PARTNER = client("partner.example", ISSUING)
PINNED = client("pinned.example")
PINNED_EXPIRED = client("pinned-old.example", days=-2)
STRANGER = client("stranger.example")
OTHER_ROOT = make("Other Root CA", ca=True, start=TODAY - DAY, end=TODAY + 365 * DAY)
OTHER_PARTNER = client("other.example", OTHER_ROOT)


def server(host: str) -> Identity:
    names = [x509.DNSName(host)]
    return make(host, eku=[SERVER], san=names, start=TODAY - DAY, end=TODAY + 90 * DAY)


def server_key(identity: Identity) -> ServerKey:
    return ServerKey("keystore", "alias", identity.pem, identity.fingerprint)


def entry(identity: Identity, role: Role, rules: str = "") -> Entry:
    certificate = identity.certificate
    dates = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    alias = certificate.subject.rfc4514_string()
    return Entry(identity.fingerprint, role, alias, identity.pem, *dates, san_rules=from_text(rules))


def truststore(*entries: tuple[Identity, Role] | tuple[Identity, Role, str], version: int = 1) -> Truststore:
    """`entries`: who, in which role, and of an anchor its SAN rules as text."""
    return Truststore("partners", version, "", tuple(entry(*pair) for pair in entries))
