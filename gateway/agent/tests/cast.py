"""Certificates whose dates are relative to the real clock, because the real Envoy looks at it."""

from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from certificates.testing.hierarchy import DAY, SERVER, Identity, make
from gateway.translation.model import Entry, Role, ServerKey, Truststore

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


def server(host: str) -> Identity:
    names = [x509.DNSName(host)]
    return make(host, eku=[SERVER], san=names, start=TODAY - DAY, end=TODAY + 90 * DAY)


def server_key(identity: Identity) -> ServerKey:
    return ServerKey("keystore", "alias", identity.pem, identity.fingerprint)


def entry(identity: Identity, role: Role) -> Entry:
    certificate = identity.certificate
    dates = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    alias = certificate.subject.rfc4514_string()
    return Entry(identity.fingerprint, role, alias, identity.pem, *dates)


def truststore(*entries: tuple[Identity, Role], version: int = 1) -> Truststore:
    return Truststore("partners", version, "", tuple(entry(*pair) for pair in entries))
