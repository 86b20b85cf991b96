"""What BoringSSL, and so the gateway, cannot read although we can: names, extensions and keys.

Policy makes a finding of it (DECODE) and the gateway model a refusal.
"""

import re
from collections.abc import Iterable, Iterator

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from . import der as tlv
from .certificate import Certificate
from .naming import CanonicalName, canonical

# Unicode's noncharacters, which BoringSSL does not take in a name (CBS_get_utf8 and its sisters).
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_VERSION = 0xA0


def unreadable(certificate: Certificate) -> str:
    """Why BoringSSL cannot read this certificate; "" when it can. In a truststore such a one makes Envoy
    reject the whole configuration; in what a client sends it ends the handshake."""
    if _odd(certificate.subject_key) or _odd(certificate.issuer_key):
        return "a name holds a code point that is not a character"
    return ""


def unreadable_extension(certificate: Certificate) -> str:
    """What makes BoringSSL call the extensions invalid (EXFLAG_INVALID) although they can be decoded; "" for
    nothing. It loads such a certificate and refuses every chain with it."""
    if certificate.path_length is not None and not certificate.is_ca:
        return "a path length without being a CA"
    if any(_odd(canonical(name)) for name in _directory_names(certificate.decoded.extensions)):
        return "a name with a code point that is not a character"
    return ""


def _directory_names(extensions: x509.Extensions) -> Iterator[x509.Name]:
    """The names in those extensions that BoringSSL decodes before it does anything else
    (x509v3_cache_extensions)."""
    for extension in extensions:
        for name in _general_names(extension.value):
            if isinstance(name, x509.DirectoryName):
                yield name.value


def _general_names(value: x509.ExtensionType) -> Iterable[x509.GeneralName]:
    if isinstance(value, x509.SubjectAlternativeName):
        return value
    if isinstance(value, x509.NameConstraints):
        return [*(value.permitted_subtrees or ()), *(value.excluded_subtrees or ())]
    if isinstance(value, x509.AuthorityKeyIdentifier):
        return value.authority_cert_issuer or ()
    if isinstance(value, x509.CRLDistributionPoints):
        return [name for point in value for name in (*(point.full_name or ()), *(point.crl_issuer or ()))]
    return ()


def _odd(name: CanonicalName) -> bool:
    values = (value for part in name for _, value in part)
    return any(isinstance(value, str) and _NONCHARACTERS.search(value) for value in values)


def unreadable_key(certificate: Certificate) -> str:
    """Why BoringSSL cannot read the public key; "" when it can, or when its kind is the matter."""
    key = certificate.decoded.public_key()
    if isinstance(key, rsa.RSAPublicKey) and not rsa_key_as_usual(certificate, key):
        return "an RSA key that is not written as usual"
    return ""


def rsa_key_as_usual(certificate: Certificate, key: rsa.RSAPublicKey) -> bool:
    """Whether the RSA key is written as RFC 3279 section 2.3.1 asks: rsaEncryption, with NULL for parameters.
    BoringSSL takes nothing else."""
    whole = tlv.element(certificate.der)
    signed = tlv.children(certificate.der, whole, 1) if whole else []
    parts = tlv.children(certificate.der, signed[0], 7) if signed else []
    place = 6 if parts and parts[0].tag == _VERSION else 5
    if len(parts) <= place:
        return False
    usual = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return certificate.der[parts[place].start : parts[place].end] == usual
