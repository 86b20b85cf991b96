"""A certificate as BoringSSL looks at it while it builds a path (x509v3_cache_extensions and
X509_check_issued in BoringSSL's crypto/x509/v3_purp.cc)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from cryptography import x509
from OpenSSL import crypto

from ..certificate import Certificate
from ..legible import unreadable_extension
from ..naming import CanonicalName, canonical

_E = TypeVar("_E", bound=x509.ExtensionType)


@dataclass(frozen=True)
class Node:
    """One certificate of the store or of what the client sends."""

    certificate: Certificate

    def extension(self, kind: type[_E]) -> x509.Extension[_E] | None:
        """The extension of this class, or None."""
        try:
            return self.certificate.decoded.extensions.get_extension_for_class(kind)
        except x509.ExtensionNotFound:
            return None

    @cached_property
    def openssl(self) -> crypto.X509:
        return crypto.X509.from_cryptography(self.certificate.decoded)

    @cached_property
    def self_signed(self) -> bool:
        """BoringSSL's EXFLAG_SS: named as its own issuer, and nothing in it says otherwise. No signature is
        checked for that."""
        return self.issued(self)

    @property
    def may_sign(self) -> bool:
        """No key usage, or one with keyCertSign."""
        usage = self.certificate.key_usage
        return usage is None or "keyCertSign" in usage

    @cached_property
    def contradiction(self) -> str:
        """What makes BoringSSL call the extensions invalid (EXFLAG_INVALID), although they can be decoded;
        "" for nothing."""
        return unreadable_extension(self.certificate)

    def issued(self, child: "Node") -> bool:
        """Whether BoringSSL takes this certificate for the issuer of `child`: names, key identifiers and
        keyCertSign fit. Signatures and dates play no part, so the first that fits may be a wrong one."""
        if self.certificate.subject_key != child.certificate.issuer_key or not self.may_sign:
            return False
        return self._fits(child) and not self.contradiction and not child.contradiction

    def _fits(self, child: "Node") -> bool:
        found = child.extension(x509.AuthorityKeyIdentifier)
        if found is None:
            return True
        named = found.value
        own = self.certificate.ski
        if named.key_identifier is not None and own and named.key_identifier.hex() != own:
            return False
        serial = named.authority_cert_serial_number
        if serial is not None and serial != self.certificate.decoded.serial_number:
            return False
        issuer = _first_directory_name(named.authority_cert_issuer)
        return issuer is None or issuer == self.certificate.issuer_key


def _first_directory_name(names: Iterable[x509.GeneralName] | None) -> CanonicalName | None:
    for name in names or ():
        if isinstance(name, x509.DirectoryName):
            return canonical(name.value)
    return None
