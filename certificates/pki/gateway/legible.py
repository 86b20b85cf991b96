"""What BoringSSL cannot read although we can. In a truststore it makes Envoy reject the whole configuration;
in what a client sends it ends the handshake."""

import re

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .. import der as tlv
from ..certificate import Certificate
from ..naming import CanonicalName

# Unicode's noncharacters, which BoringSSL does not take in a name (CBS_get_utf8 and its sisters).
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_VERSION = 0xA0


def unreadable(certificate: Certificate) -> str:
    """Why BoringSSL cannot read this certificate; "" when it can."""
    if _odd(certificate.subject_key) or _odd(certificate.issuer_key):
        return "a name holds a code point that is not a character"
    return ""


def _odd(name: CanonicalName) -> bool:
    values = (value for part in name for _, value in part)
    return any(isinstance(value, str) and _NONCHARACTERS.search(value) for value in values)


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
