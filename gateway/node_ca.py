"""The node CA: signs what remote nodes show to the node endpoint, and nothing else.

Made at first use, its key sealed in the database; or the one of COUNTERSIGN_NODE_CA, a PEM file with the
certificate and its private key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from certificates.devca import self_signed_ca, usage
from common import secrets
from common.errors import DomainError

from .models import NodeAuthority

LIFE = timedelta(days=90)


@dataclass(frozen=True)
class Signed:
    """A node certificate: PEM, SHA-256 of its DER (lower-case hex), and its end."""

    pem: str
    sha256: str
    ends_at: datetime


@dataclass(frozen=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


def certificate_pem() -> str:
    """The CA certificate that the node endpoint checks against (PEM)."""
    return _authority().certificate.public_bytes(serialization.Encoding.PEM).decode()


def sign(csr_pem: str, *, name: str, uuid: UUID) -> Signed:
    """Sign a PKCS#10 request (RFC 2986, PEM) for 90 days, for TLS clients. Of the request only the public key
    counts, which must be on P-256; the names are the node's: its name, and urn:countersign:node:UUID.

    Raises DomainError for anything else.
    """
    request = _read(csr_pem)
    authority, now = _authority(), datetime.now(UTC).replace(microsecond=0)
    san = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:countersign:node:{uuid}")])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    signed = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
        .issuer_name(authority.certificate.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(san, critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Signed(
        signed.public_bytes(serialization.Encoding.PEM).decode(),
        signed.fingerprint(hashes.SHA256()).hex(),
        signed.not_valid_after_utc,
    )


def _read(csr_pem: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        key = request.public_key()
        fits = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
        if fits and request.is_signature_valid:
            return request
    except Exception:  # noqa: S110 - whatever the parser says of a stranger's bytes, the answer is below
        pass
    raise DomainError(
        "bad_request_for_certificate",
        "This is no signed certificate request with a key on P-256. Use the agent's own command: enrol.",
        field="csr",
    )


def _authority() -> _Authority:
    if settings.NODE_CA_FILE:
        pem = Path(settings.NODE_CA_FILE).read_bytes()
        return _opened(pem, pem)
    row = NodeAuthority.objects.first()
    if row is None:
        certificate, key_pem = self_signed_ca("Countersign node CA")
        fresh = {"certificate_pem": certificate, "sealed_key": secrets.seal(key_pem)}
        row, _ = NodeAuthority.objects.get_or_create(pk=1, defaults=fresh)
    return _opened(row.certificate_pem.encode(), secrets.unseal(row.sealed_key).encode())


def _opened(certificate_pem: bytes, key_pem: bytes) -> _Authority:
    key = serialization.load_pem_private_key(key_pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key of the node CA must be on an elliptic curve")
    return _Authority(x509.load_pem_x509_certificate(certificate_pem), key)
