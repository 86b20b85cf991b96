"""Certificates that no honest library makes: odd versions, serial numbers, keys, extensions and hashes.

`resigned` takes an identity apart, lets the caller change the fields of its signed part, and signs it again.
Everything is DER (X.690); the fields are those of RFC 5280 section 4.1.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.utils import CryptographyDeprecationWarning

from certificates.pki import der as tlv

from .builder import Identity, PrivateKey
from .builder import encoded as tagged

Hash = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
# The signed part: version (or b""), serial, algorithm, issuer, validity, subject, key, extensions (or b"").
Fields = list[bytes]
Edit = Callable[[Fields], None]
VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = range(8)

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - the judge has to recognise it
    "sha1": hashes.SHA1(),  # noqa: S303 - the judge has to recognise it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA_WITH = {"md5": 4, "sha1": 5, "sha224": 14, "sha256": 11, "sha384": 12, "sha512": 13}
_ECDSA_WITH = {"sha1": "0401", "sha224": "040301", "sha256": "040302", "sha384": "040303", "sha512": "040304"}
_NULL = b"\x05\0"
_RSA_ENCRYPTION = "1.2.840.113549.1.1.1"


def resigned(
    identity: Identity,
    *edits: Edit,
    algorithm: Hash = "sha256",
    key: PrivateKey | None = None,
    signature: bytes = b"",
) -> Identity:
    """The identity with its signed part edited, signed again by its issuer, by itself, or by `key`.

    `signature` takes the place of what that key would sign: any bytes, to be found wrong.
    """
    signer = key or (identity.issuer.key if identity.issuer else identity.key)
    signed = identity.certificate.tbs_certificate_bytes
    outer = tlv.element(signed)
    parts = tlv.children(signed, outer, 8) if outer else []
    fields = [signed[part.start : part.end] for part in parts]
    fields[ALGORITHM] = _algorithm(signer, algorithm)
    for edit in edits:
        edit(fields)
    body = sequence(*fields)
    signature = signature or _signature(signer, body, _HASHES[algorithm])
    whole = sequence(body, fields[ALGORITHM], tagged(0x03, b"\0" + signature))
    with warnings.catch_warnings():
        # Warns about serial numbers that are zero or negative: they are what is asked for.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return Identity(x509.load_der_x509_certificate(whole), identity.key, identity.issuer)


def version_1(fields: Fields) -> None:
    """Version 1: neither a version field nor extensions."""
    fields[VERSION] = fields[EXTENSIONS] = b""


def serial(number: int) -> Edit:
    """Another serial number, of any sign and length."""

    def edit(fields: Fields) -> None:
        fields[SERIAL] = integer(number)

    return edit


def extended(*extensions: bytes, drop: Sequence[str] = ()) -> Edit:
    """Further extensions (see `extension`) after the present ones, less those whose OID is in `drop`."""

    def edit(fields: Fields) -> None:
        present = _inside(_inside(fields[EXTENSIONS])[0]) if fields[EXTENSIONS] else []
        unwanted = [oid(dotted) for dotted in drop]
        kept = [one for one in present if not any(_inside(one)[0] == name for name in unwanted)]
        fields[EXTENSIONS] = tagged(0xA3, sequence(*kept, *extensions))

    return edit


def rsa_public_key(modulus: int, exponent: int) -> Edit:
    """An RSA key of these numbers, whether or not anybody could have the private one."""

    def edit(fields: Fields) -> None:
        numbers = sequence(integer(modulus), integer(exponent))
        fields[KEY] = sequence(sequence(oid(_RSA_ENCRYPTION), _NULL), tagged(0x03, b"\0" + numbers))

    return edit


def extension(dotted: str, critical: bool, value: bytes) -> bytes:
    """One extension; `value` is the DER inside its octet string."""
    return sequence(oid(dotted), tagged(0x01, b"\xff") if critical else b"", tagged(0x04, value))


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of elements."""
    return tagged(0x30, b"".join(parts))


def integer(number: int) -> bytes:
    """An INTEGER, two's complement, as short as can be."""
    return tagged(0x02, number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tagged(0x06, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    return bytes(reversed(octets))


def _inside(data: bytes) -> list[bytes]:
    outer = tlv.element(data)
    return [data[part.start : part.end] for part in tlv.children(data, outer, 1000)] if outer else []


def _algorithm(signer: PrivateKey, algorithm: Hash) -> bytes:
    if isinstance(signer, rsa.RSAPrivateKey):
        return sequence(oid(f"1.2.840.113549.1.1.{_RSA_WITH[algorithm]}"), _NULL)
    return sequence(tagged(0x06, bytes.fromhex("2a8648ce3d" + _ECDSA_WITH[algorithm])))


def _signature(signer: PrivateKey, data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    if isinstance(signer, rsa.RSAPrivateKey):
        return signer.sign(data, padding.PKCS1v15(), algorithm)
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        return signer.sign(data, ec.ECDSA(algorithm, deterministic_signing=True))
    raise TypeError("only RSA and elliptic curve keys sign again")
