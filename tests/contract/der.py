"""DER by hand (ITU-T X.690): `cryptography`'s builder is too well-behaved to write a bad certificate."""

from collections.abc import Iterable
from datetime import datetime

NULL = b"\x05\x00"
UTF8, PRINTABLE, T61, IA5, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E
Names = tuple[tuple[str, str | bytes], ...]

_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
)
PURPOSES = {
    "client": "1.3.6.1.5.5.7.3.2",
    "server": "1.3.6.1.5.5.7.3.1",
    "mail": "1.3.6.1.5.5.7.3.4",
    "any": "2.5.29.37.0",
    "smartcard": "1.3.6.1.4.1.311.20.2.2",
}
_GENERAL_NAMES = {
    "mail": 0x81,
    "dns": 0x82,
    "directory": 0xA4,
    "uri": 0x86,
    "ip": 0x87,
    "id": 0x88,
    "other": 0xA0,
}


def element(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(size)]) + size + body


def sequence(*parts: bytes) -> bytes:
    return element(0x30, *parts)


def integer(value: int) -> bytes:
    return element(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(number) for number in dotted.split("."))
    body = b""
    for number in (first * 40 + second, *rest):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.insert(0, 0x80 | number & 0x7F)
        body += bytes(groups)
    return element(6, body)


def bits(body: bytes, unused: int = 0) -> bytes:
    return element(3, bytes([unused]), body)


def attribute(value: str | bytes, kind: str = "2.5.4.3", tag: int = UTF8) -> bytes:
    """One RelativeDistinguishedName with one attribute; the common name unless `kind` says otherwise."""
    raw = value if isinstance(value, bytes) else value.encode("utf-16-be" if tag == BMP else "utf-8")
    return element(0x31, sequence(oid(kind), element(tag, raw)))


def named(common_name: str | bytes, organization: str = "Contract", tag: int = UTF8) -> bytes:
    return sequence(attribute(organization, "2.5.4.10"), attribute(common_name, tag=tag))


def moment(at: datetime, generalized: bool = False) -> bytes:
    if generalized or at.year >= 2050:
        return element(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
    return element(0x17, at.strftime("%y%m%d%H%M%SZ").encode())


def extension(kind: str, value: bytes, critical: bool = False) -> bytes:
    return sequence(oid(kind), b"\x01\x01\xff" if critical else b"", element(4, value))


def key_usage(usages: Iterable[str]) -> bytes:
    mask = sum(0x80 >> _USAGES.index(usage) for usage in usages)
    unused = (mask & -mask).bit_length() - 1 if mask else 0
    return bits(bytes([mask]) if mask else b"", unused)


def general_name(kind: str, value: str | bytes) -> bytes:
    return element(_GENERAL_NAMES[kind], value if isinstance(value, bytes) else value.encode())


def name_constraints(permitted: Names = (), excluded: Names = ()) -> bytes:
    """The extension, critical (RFC 5280 section 4.2.1.10)."""
    trees = [
        element(tag, *(sequence(general_name(*name)) for name in names))
        for tag, names in ((0xA0, permitted), (0xA1, excluded))
        if names
    ]
    return extension("2.5.29.30", sequence(*trees), critical=True)
