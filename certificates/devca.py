"""Certificate authorities of the embedded default:
made on first start in the data folder, never for production.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key: DER, PEM, and the key as PKCS#8 PEM."""

    der: bytes
    pem: str
    key_pem: str = field(repr=False)


@dataclass(frozen=True)
class Authority:
    """A CA whose certificate is `folder`/ca.pem and whose key is beside it, readable by the owner only."""

    folder: Path
    name: str

    @property
    def ca_file(self) -> Path:
        """The CA certificate (PEM), for others to trust. Made when it is missing."""
        path = self.folder / "ca.pem"
        if not path.exists():
            self._found(path)
        return path

    def issue_server(self, host: str) -> Issued:
        """A certificate for a server named `host` (a DNS name, or a wildcard), valid for 397 days."""
        san = x509.SubjectAlternativeName([x509.DNSName(host)])
        return self._issue(host, ExtendedKeyUsageOID.SERVER_AUTH, san)

    def issue_client(self, name: str, uri: str) -> Issued:
        """A certificate for a client called `name`, with `uri` as its subject alternative name."""
        san = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        return self._issue(name, ExtendedKeyUsageOID.CLIENT_AUTH, san)

    def server_files(self, host: str) -> tuple[Path, Path]:
        """Certificate and key of a server named `host` on this machine, beside the CA; made, and made anew
        in the month before they end."""
        certificate, key = self.folder / f"server-{host}.pem", self.folder / f"server-{host}.key"
        if certificate.exists():
            ends_at = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
            if ends_at - datetime.now(UTC) > timedelta(days=30):
                return certificate, key
        certificate.unlink(missing_ok=True)
        key.unlink(missing_ok=True)
        issued = self.issue_server(host)
        write_private(key, issued.key_pem)
        write_private(certificate, issued.pem)
        return certificate, key

    def _found(self, path: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem, key_pem = self_signed_ca(self.name)
        write_private(path.with_suffix(".key"), key_pem)
        write_private(path, pem)

    def _issue(self, name: str, purpose: x509.ObjectIdentifier, san: x509.SubjectAlternativeName) -> Issued:
        ca = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        ca_key = serialization.load_pem_private_key(self.ca_file.with_suffix(".key").read_bytes(), None)
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
        leaf = (
            _builder(name, ca.subject, key.public_key(), days=397)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(san, critical=False)
            .add_extension(issuer, critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        pem = leaf.public_bytes(serialization.Encoding.PEM).decode()
        return Issued(leaf.public_bytes(serialization.Encoding.DER), pem, _pem_of_key(key))


def self_signed_ca(name: str) -> tuple[str, str]:
    """A CA for ten years on P-256 that signs leaves only: its certificate and its key (PKCS#8), both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    ca = (
        _builder(name, _name(name), key.public_key(), days=3650)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return ca.public_bytes(serialization.Encoding.PEM).decode(), _pem_of_key(key)


def development_ca() -> Authority:
    """The CA that signs the server certificates of default domains."""
    return Authority(Path(settings.DEV_CA_DIR), "Countersign development CA")


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read. Raises FileExistsError rather than replace one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def usage(*, certificates: bool) -> x509.KeyUsage:
    """What a key may do: sign certificates (a CA), or handshakes (RFC 5280, section 4.2.1.3)."""
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
