"""Names and keys in the words people use for them, and names in the form in which they are compared."""

import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

CanonicalName = tuple[tuple[tuple[str, str | bytes], ...], ...]

_MOST_PARTS = 50
_CURVES = {"secp224r1": "P-224", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def printable(text: str) -> str:
    """The text with control and bidirectional characters replaced, so that it can be shown and logged
    safely."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def readable(name: x509.Name) -> str:
    """A name on one line in the order of the certificate, like `C=DE, O=Partner AG, CN=client`. May be
    empty; of a monstrous one only the beginning is shown."""
    parts = [rdn.rfc4514_string() for rdn in name.rdns[:_MOST_PARTS]]
    return printable(", ".join([*parts, "..."] if len(name.rdns) > _MOST_PARTS else parts))


def canonical(name: x509.Name) -> CanonicalName:
    """A name as RFC 5280 section 7.1 compares it: text encoding, ASCII case, spaces around and repeated
    spaces do not count, and neither does the order within one part.

    Envoy's BoringSSL compares in the same way (crypto/x509/x509_name.cc), so a CA renamed from
    PrintableString to UTF8String still fits. A NumericString it compares as it stands, type included.
    """
    return tuple(
        tuple(sorted(((one.oid.dotted_string, _comparable(one)) for one in rdn), key=repr))
        for rdn in name.rdns
    )


# What counts as a space (BoringSSL's OPENSSL_isspace): of all Unicode these six, and nothing beyond ASCII.
_SPACES = re.compile("[\t\n\v\f\r ]+")
_NUMERIC_STRING = 0x12  # its ASN.1 tag


def _comparable(attribute: x509.NameAttribute[str | bytes]) -> str | bytes:
    value = attribute.value
    if isinstance(value, bytes):
        return value
    if attribute._type.value == _NUMERIC_STRING:
        return bytes([_NUMERIC_STRING]) + value.encode()
    squeezed = _SPACES.sub(" ", value).strip(" ")
    if squeezed.isascii():
        return squeezed.lower()
    return "".join(c.lower() if c.isascii() else c for c in squeezed)


def best_known_as(subject: x509.Name, san: tuple[str, ...], serial: str) -> str:
    """What to call a certificate in a list: its common name, else unit or organisation, SAN, serial
    number."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME):
        for attribute in subject.get_attributes_for_oid(oid):
            if isinstance(attribute.value, str) and attribute.value.strip():
                return shortened(printable(attribute.value.strip()))
    return shortened(san[0].partition(":")[2]) if san else f"serial {shortened(serial)}"


def shortened(text: str, most: int = 200) -> str:
    """The text, or its beginning with an ellipsis: a name may have 60,000 letters and stand in many
    sentences."""
    return text if len(text) <= most else text[: most - 3] + "..."


def key_name(key: object) -> str:
    """A public key in short, like `RSA 2048`, `EC P-256` or `Ed25519`."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519"
    if isinstance(key, ed448.Ed448PublicKey):
        return "Ed448"
    return type(key).__name__.removesuffix("PublicKey")


_SAN_LABELS: dict[type[x509.GeneralName], str] = {
    x509.DNSName: "DNS",
    x509.RFC822Name: "email",
    x509.UniformResourceIdentifier: "URI",
    x509.IPAddress: "IP",
    x509.DirectoryName: "DirName",
    x509.RegisteredID: "RID",
    x509.OtherName: "otherName",
}


def general_name(name: x509.GeneralName) -> str:
    """A subject alternative name with its type, like `DNS:a.example`."""
    value: object = name.value
    if isinstance(value, x509.Name):
        text = readable(value)
    elif isinstance(value, x509.ObjectIdentifier):
        text = value.dotted_string
    else:
        text = str(value)
    if isinstance(name, x509.OtherName):
        text = name.type_id.dotted_string
    return f"{kind_of_name(name)}:{printable(text)}"


def kind_of_name(name: x509.GeneralName) -> str:
    """The kind of an alternative name or name constraint, like `DNS`."""
    return _SAN_LABELS[type(name)]
