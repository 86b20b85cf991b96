"""The roots that browsers and operating systems trust. Whoever trusts one of them as an anchor lets in every
customer of that CA."""

import base64
import binascii
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization

from .certificate import Certificate, Undecodable, signed_by
from .naming import CanonicalName


@dataclass(frozen=True)
class PublicRoots:
    """A list of public roots, found by public key or by name. The empty list knows of none."""

    keys: frozenset[str] = frozenset()
    by_name: Mapping[CanonicalName, tuple[Certificate, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def from_pem(cls, text: str) -> "PublicRoots":
        """Read a list such as `certifi.contents()`: PEM blocks with comments between them.

        About 40 ms for 120 roots, so do it once per process. A block that cannot be decoded is left out.
        """
        roots = []
        for block in text.split("-----BEGIN CERTIFICATE-----")[1:]:
            body = block.partition("-----END CERTIFICATE-----")[0]
            try:
                roots.append(Certificate.from_der(base64.b64decode(body)))
            except (Undecodable, binascii.Error):
                continue
        by_name: dict[CanonicalName, list[Certificate]] = defaultdict(list)
        for root in roots:
            by_name[root.subject_key].append(root)
        return cls(
            frozenset(key_hash(root) for root in roots),
            {name: tuple(found) for name, found in by_name.items()},
        )

    def holds(self, certificate: Certificate) -> bool:
        """Whether the certificate has the key of a public root, be it that root or a cross-signed twin."""
        return bool(self.keys) and key_hash(certificate) in self.keys

    def issued(self, certificate: Certificate) -> bool:
        """Whether a public root signed this certificate."""
        return any(
            signed_by(certificate.decoded, root.decoded)
            for root in self.by_name.get(certificate.issuer_key, ())
        )


NO_PUBLIC_ROOTS = PublicRoots()


def key_hash(certificate: Certificate) -> str:
    """Lower-case hexadecimal SHA-256 of the subject public key info (DER)."""
    key = certificate.decoded.public_key()
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()
