"""`make`: one certificate with sane defaults, of which a test overrides what its story is about.

Everything is deterministic: keys are derived from numbers, serials from names, ECDSA signatures by RFC
6979. The same call gives the same bytes on every machine. Only RSA keys cannot be derived; they are random
and made once per process.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_ECDSA_WITH_SHA1 = bytes.fromhex("300906072a8648ce3d0401")


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key and the identity that issued it (None if it signed itself)."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    issuer: "Identity | None" = None

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def key_pem(self) -> str:
        """The private key as unencrypted PKCS#8 PEM, for the clients and servers of journeys."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")

    @property
    def fingerprint(self) -> str:
        """Lower-case hexadecimal SHA-256 of the DER."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def chain(self) -> "tuple[Identity, ...]":
        """This identity and everything above it, leaf first, root last."""
        return (self, *self.issuer.chain) if self.issuer else (self,)

    @property
    def chain_pem(self) -> str:
        """The chain as one PEM text, leaf first."""
        return "".join(identity.pem for identity in self.chain)


def ec_key(number: int, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """The private key that is `number` (1 or more) on P-256 or another curve."""
    return ec.derive_private_key(number, curve or ec.SECP256R1())


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """A random RSA key, one per size and process. Keep it out of golden data."""
    return rsa.generate_private_key(65537, bits)


def name(common_name: str, organization: str | None = None) -> x509.Name:
    """`O=..., CN=...`, or the common name alone."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    """A key usage extension; a CA that signs certificates signs revocation lists as well."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def make(
    common_name: str,
    issuer: Identity | None = None,
    *,
    organization: str | None = None,
    subject: x509.Name | None = None,
    key: PrivateKey | None = None,
    ca: bool | None = False,
    path_length: int | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    eku: Sequence[x509.ObjectIdentifier] | Literal["usual"] | None = "usual",
    ku: x509.KeyUsage | Literal["usual"] | None = "usual",
    san: Sequence[x509.GeneralName] | Literal["usual"] = "usual",
    serial: int | None = None,
    key_ids: bool = True,
    sha1: bool = False,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Identity:
    """One identity, signed by `issuer` or by itself.

    The defaults give a healthy client leaf of 365 days on P-256 whose alternative name is its common name;
    `ca=True` a healthy CA of ten years
    without EKU. `ca=None` leaves the basic constraints out, `eku=None` and `ku=None` those extensions,
    `key_ids=False` both key identifiers. `sha1` signs with ECDSA and SHA-1 (the issuer's key must be on a
    curve). `extra` holds further (extension, critical) pairs. The key is derived from the common name
    unless given.
    """
    number = int.from_bytes(hashlib.sha256(common_name.encode()).digest()[:15], "big") + 1
    key = key or ec_key(number)
    signer = issuer.key if issuer else key
    subject = name(common_name, organization) if subject is None else subject
    start = start or NOW - (365 if ca else 30) * DAY
    end = end or NOW + (3650 if ca else 335) * DAY
    if eku == "usual":
        eku = None if ca else (CLIENT,)
    if san == "usual":
        san = () if ca or not common_name.isascii() else (x509.DNSName(common_name),)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial or number)
        .not_valid_before(start)
        .not_valid_after(end)
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = list(extra)
    if ca is not None:
        extensions.append((x509.BasicConstraints(ca=ca, path_length=path_length), True))
    if ku == "usual":
        ku = key_usage(digital_signature=not ca, key_cert_sign=bool(ca))
    if isinstance(ku, x509.KeyUsage):
        extensions.append((ku, True))
    if eku is not None:
        extensions.append((x509.ExtendedKeyUsage(eku), False))
    if san:
        extensions.append((x509.SubjectAlternativeName(san), False))
    if key_ids:
        extensions.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
        signing_key = signer.public_key()
        extensions.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Identity(_signed(builder, signer, sha1), key, issuer)


def _signed(builder: x509.CertificateBuilder, signer: PrivateKey, sha1: bool) -> x509.Certificate:
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        certificate = builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=True)
        return _signed_again_with_sha1(certificate, signer) if sha1 else certificate
    return builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def _signed_again_with_sha1(
    certificate: x509.Certificate, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """The builder refuses SHA-1, so its signed part is edited and signed by hand (X.690, RFC 3279)."""
    signed = certificate.tbs_certificate_bytes
    length = signed[1] & 0x7F if signed[1] & 0x80 else 0
    body = signed[2 + length :].replace(_ECDSA_WITH_SHA256, _ECDSA_WITH_SHA1, 1)
    signed = encoded(0x30, body)
    signature = signer.sign(signed, ec.ECDSA(hashes.SHA1(), deterministic_signing=True))  # noqa: S303
    return x509.load_der_x509_certificate(
        encoded(0x30, signed + _ECDSA_WITH_SHA1 + encoded(0x03, b"\0" + signature))
    )


def encoded(tag: int, body: bytes) -> bytes:
    """One DER element (X.690 section 8.1)."""
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body
