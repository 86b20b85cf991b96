"""Certificates re-encoded from their DER, so that nothing else in an uploaded text can reach a gateway's
disk."""

from collections.abc import Iterable
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding


@lru_cache(maxsize=20_000)  # a store's certificates are read at every compilation, and hardly ever change
def certificates(text: str) -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM text. Raises ValueError when there is none or one cannot be read."""
    return tuple(x509.load_pem_x509_certificates(text.encode()))


def clean(certs: Iterable[x509.Certificate]) -> str:
    """PEM text of the certificates, in the order given."""
    return "".join(cert.public_bytes(Encoding.PEM).decode() for cert in certs)


def fingerprint(cert: x509.Certificate) -> str:
    """Lower-case hex SHA-256 of the DER: the identity of a certificate here."""
    return cert.fingerprint(SHA256()).hex()
