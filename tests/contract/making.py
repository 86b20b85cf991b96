"""Certificates for the contract suite, dated relative to the real clock: the real Envoy looks at it."""

import base64
import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa

from certificates.pki.certificate import Certificate, Undecodable

from . import der

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
Key = Any  # whichever private key of cryptography a kind stands for

_CURVES: dict[str, ec.EllipticCurve] = {
    "p224": ec.SECP224R1(),
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "k256": ec.SECP256K1(),
    "brainpool": ec.BrainpoolP256R1(),
}
_HASHES: dict[str, tuple[hashes.HashAlgorithm, str, str]] = {  # for ECDSA and RSA: object identifiers
    "md5": (hashes.MD5(), "", "1.2.840.113549.1.1.4"),  # noqa: S303
    "sha1": (hashes.SHA1(), "1.2.840.10045.4.1", "1.2.840.113549.1.1.5"),  # noqa: S303
    "sha224": (hashes.SHA224(), "1.2.840.10045.4.3.1", "1.2.840.113549.1.1.14"),
    "sha256": (hashes.SHA256(), "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"),
    "sha384": (hashes.SHA384(), "1.2.840.10045.4.3.3", "1.2.840.113549.1.1.12"),
    "sha512": (hashes.SHA512(), "1.2.840.10045.4.3.4", "1.2.840.113549.1.1.13"),
}
_PSS_HASHES = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}
_serials = itertools.count(int(NOW.timestamp()) << 64)


@cache
def key(kind: str, slot: object = 0) -> Key:
    """A key of this kind, one per slot and process: `p256`, `rsa2048`, `rsa2048e3`, `ed25519`, `dsa` ..."""
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind])
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    size, _, exponent = kind.removeprefix("rsa").partition("e")
    return rsa.generate_private_key(int(exponent or 65537), int(size))


def spki(of: Key, compressed: bool = False, pss: bool = False, bare: bool = False) -> bytes:
    """SubjectPublicKeyInfo; `compressed`: an EC point in its short form; `pss`: RSA named id-RSASSA-PSS;
    `bare`: RSA without the NULL that RFC 3279 section 2.3.1 asks for."""
    public = of.public_key()
    plain: bytes = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    if compressed:
        form = serialization.PublicFormat.CompressedPoint
        point = public.public_bytes(serialization.Encoding.X962, form)
        curve = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"))
        return der.sequence(curve, der.bits(point))
    if pss or bare:
        name = "1.2.840.113549.1.1.10" if pss else "1.2.840.113549.1.1.1"
        inner = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        return der.sequence(der.sequence(der.oid(name)), der.bits(inner))
    return plain


@dataclass(frozen=True, eq=False, repr=False)
class Made:
    """A certificate with its key. Its `repr` is what a person needs of an example that Hypothesis shrank."""

    der: bytes
    key: Key = field(repr=False)
    name: bytes
    key_id: bytes
    serial: int

    def __repr__(self) -> str:
        one = self.read
        if one is None:
            return f"unreadable {self.name!r}"
        others = [extension.oid.dotted_string for extension in one.decoded.extensions]
        said = (one.key, one.signature_hash, f"CA={one.is_ca}", one.path_length, one.key_usage)
        return f"<{one.subject} by {one.issuer}: {said} {one.extended_key_usage} to {one.not_after} {others}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis prints it; left alone it would print every field, whatever `repr` says."""
        printer.text(repr(self))

    @property
    def pem(self) -> str:
        lines = base64.encodebytes(self.der).decode()
        return f"-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"

    @property
    def key_pem(self) -> str:
        return str(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode()
        )

    @cached_property
    def read(self) -> Certificate | None:
        """As the judge reads it; None when it cannot."""
        try:
            return Certificate.from_der(self.der)
        except Undecodable:
            return None


def make(
    name: str | bytes,
    issuer: Made | None = None,
    *,
    ca: bool = True,
    kind: str = "p256",
    slot: object = None,
    own_key: Key = None,
    own_spki: bytes = b"",
    digest: str = "sha256",
    pss: str = "",
    serial: int | None = None,
    start: timedelta = -DAY,
    end: timedelta = 200 * DAY,
    generalized: bool = False,
    version: int = 3,
    basic: bool = True,
    basic_critical: bool = True,
    path_length: int | None = None,
    usage: tuple[str, ...] | str | None = "usual",
    purposes: tuple[str, ...] | str | None = "usual",
    purposes_critical: bool = False,
    san: der.Names | None = None,
    san_critical: bool = False,
    key_id: bool = True,
    issuer_id: bool | bytes = True,
    issuer_id_critical: bool = False,
    extra: tuple[bytes, ...] = (),
    subject: bytes | None = None,
    issuer_name: bytes | None = None,
    signer: Key = None,
    spoiled: bool = False,
    odd_parameters: bool = False,
) -> Made:
    """One certificate, a healthy CA unless told otherwise; `ca=False` a healthy client.

    `kind` and `slot` choose the key, `own_spki` replaces how it is written. `pss`: "usual" or "short" salt.
    `usage` and `purposes`: None leaves the extension out. `issuer_id`: False leaves it out, bytes are put in.
    `signer` signs in place of the issuer's key, `spoiled` breaks the signature. `odd_parameters`: its
    algorithm has a NULL where it should have none, or none where it should.
    """
    mine = own_key or key(kind, slot if slot is not None else name)
    written = own_spki or spki(mine)
    identifier = hashlib.sha1(written).digest()  # noqa: S324 - RFC 5280 section 4.2.1.2
    subject = der.named(name) if subject is None else subject
    number = next(_serials) if serial is None else serial
    extensions = list(extra)
    if basic:
        limit = der.integer(path_length) if path_length is not None else b""
        value = der.sequence(b"\x01\x01\xff" if ca else b"", limit)
        extensions.append(der.extension("2.5.29.19", value, basic_critical))
    if usage == "usual":
        usage = ("keyCertSign", "cRLSign") if ca else ("digitalSignature",)
    if isinstance(usage, tuple):
        extensions.append(der.extension("2.5.29.15", der.key_usage(usage), True))
    if purposes == "usual":
        purposes = None if ca else ("client",)
    if isinstance(purposes, tuple):
        listed = der.sequence(*(der.oid(der.PURPOSES[purpose]) for purpose in purposes))
        extensions.append(der.extension("2.5.29.37", listed, purposes_critical))
    if san is None:
        san = () if ca else (("dns", "client.partner.example"),)
    if san:
        listed = der.sequence(*(der.general_name(*one) for one in san))
        extensions.append(der.extension("2.5.29.17", listed, san_critical))
    if key_id:
        extensions.append(der.extension("2.5.29.14", der.element(4, identifier)))
    if issuer_id and issuer:
        above = issuer_id if isinstance(issuer_id, bytes) else issuer.key_id
        value = der.sequence(der.element(0x80, above))
        extensions.append(der.extension("2.5.29.35", value, issuer_id_critical))
    by = signer or (issuer.key if issuer else mine)
    algorithm = _algorithm(by, digest, pss, odd_parameters)
    above_name = issuer_name if issuer_name is not None else (issuer.name if issuer else subject)
    signed = der.sequence(
        der.element(0xA0, der.integer(version - 1)) if version > 1 else b"",
        der.integer(number),
        algorithm,
        above_name,
        der.sequence(der.moment(NOW + start, generalized), der.moment(NOW + end, generalized)),
        subject,
        written,
        der.element(0xA3, der.sequence(*extensions)) if extensions and version == 3 else b"",
    )
    signature = _signature(by, signed, digest, pss)
    if spoiled:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    return Made(der.sequence(signed, algorithm, der.bits(signature)), mine, subject, identifier, number)


def client(name: str | bytes, issuer: Made | None = None, **more: Any) -> Made:
    """A healthy client certificate, but for what `more` says (see `make`)."""
    return make(name, issuer, **{"ca": False, **more})


def _algorithm(by: Key, digest: str, pss: str, odd: bool) -> bytes:
    if isinstance(by, ed25519.Ed25519PrivateKey):
        return der.sequence(der.oid("1.3.101.112"))
    if isinstance(by, dsa.DSAPrivateKey):
        return der.sequence(der.oid("2.16.840.1.101.3.4.3.2"))
    _, ecdsa, pkcs1 = _HASHES[digest]
    if isinstance(by, ec.EllipticCurvePrivateKey):
        return der.sequence(der.oid(ecdsa), der.NULL if odd else b"")
    if not pss:
        return der.sequence(der.oid(pkcs1), b"" if odd else der.NULL)
    hashed = der.sequence(der.oid(_PSS_HASHES[digest]), der.NULL)
    masked = der.sequence(der.oid("1.2.840.113549.1.1.8"), hashed)
    parts = (
        der.element(0xA0, hashed),
        der.element(0xA1, masked),
        der.element(0xA2, der.integer(_salt(digest, pss))),
    )
    return der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence(*parts))


def _salt(digest: str, pss: str) -> int:
    return 20 if pss == "short" else _HASHES[digest][0].digest_size


def _signature(by: Key, signed: bytes, digest: str, pss: str) -> bytes:
    algorithm = _HASHES[digest][0]
    if isinstance(by, ed25519.Ed25519PrivateKey):
        return by.sign(signed)
    if isinstance(by, dsa.DSAPrivateKey):
        return by.sign(signed, hashes.SHA256())
    if isinstance(by, ec.EllipticCurvePrivateKey):
        return by.sign(signed, ec.ECDSA(algorithm))
    how = padding.PSS(padding.MGF1(algorithm), _salt(digest, pss)) if pss else padding.PKCS1v15()
    result: bytes = by.sign(signed, how, algorithm)
    return result
