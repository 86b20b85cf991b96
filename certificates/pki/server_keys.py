"""A server's private key and its certificates: read, put in order, and checked before anything is kept.

Sources: RFC 8446 section 4.4.2 (order of a chain), RFC 9525 (names; the common name does not count), RFC 5280
section 4.2.1.12 (extended key usage), RFC 7292 (PKCS#12). The gateway, BoringSSL in Envoy, takes RSA keys
from 2048 bits and the curves P-256, P-384 and P-521.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from .certificate import RSA_MAXIMUM_BITS, Certificate, Undecodable, signed_by
from .reading import read
from .strength import RSA_MINIMUM_BITS, check_signature, weakness

_KEY_BLOCK = re.compile(
    rb"-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----[\r\n]*", re.S
)
_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
_NEW_PAIR = "Make a new key, RSA 3072 or EC P-256, and have a certificate issued for it."

_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Unfit(ValueError):
    """These files are no server key with its certificate. `str()` is a sentence with the remedy; `field` says
    which part is meant: key, certificates or password. Nothing of the key is in it."""

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = part


@dataclass(frozen=True)
class ServerKeyPair:
    """`chain`: the server's certificate first, then its issuers without the root; what was sent beside these
    is left out. `key_pem`: the private key as unencrypted PKCS#8 PEM."""

    chain: tuple[Certificate, ...]
    key_pem: str = field(repr=False)

    @property
    def leaf(self) -> Certificate:
        """The server's own certificate."""
        return self.chain[0]

    @property
    def chain_pem(self) -> str:
        """The chain as one PEM text, leaf first."""
        return "".join(certificate.pem for certificate in self.chain)


def read_pem(key: bytes, certificates: bytes, password: str = "") -> ServerKeyPair:
    """A private key (PEM or DER) and a file with the certificates (PEM, DER or PKCS#7, in any order).

    `certificates` may be empty when they stand in the file of the key. Raises Unfit.
    """
    private = _private_key(key, password)
    found, refused = _certificates(certificates or _KEY_BLOCK.sub(b"", key))
    if not found:
        raise Unfit("certificates", refused or "Send the server's certificate and its chain, too.")
    return _paired(private, found)


def read_pkcs12(data: bytes, password: str = "") -> ServerKeyPair:
    """A PKCS#12 file (.p12, .pfx) with one private key and its certificates. Raises Unfit."""
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except (ValueError, UnsupportedAlgorithm) as error:
        sentence = "This PKCS#12 file does not open with this password. Check the password, and the file."
        raise Unfit("password", sentence) from error
    if key is None:
        raise Unfit("key", "This PKCS#12 file holds no private key. Export it again together with its key.")
    ders = [c.public_bytes(serialization.Encoding.DER) for c in (*([leaf] if leaf else []), *others)]
    try:
        found = [Certificate.from_der(der) for der in ders]
    except Undecodable as error:
        raise Unfit("certificates", f"A certificate in it cannot be read: {error}") from error
    if not found:
        raise Unfit("certificates", "It holds no certificate. Export it together with the chain.")
    return _paired(_usable(key), found)


def check(pair: ServerKeyPair, at: datetime) -> None:
    """Raise Unfit, naming what and the remedy, unless a gateway can prove itself with this at the aware
    moment `at`: strength, dates, usage, and a DNS name."""
    leaf = pair.leaf
    if leaf.is_ca:
        raise Unfit("certificates", f"{leaf.common_name} is a CA. Have a certificate for the server issued.")
    for certificate in pair.chain:
        name = certificate.common_name
        if certificate.not_after <= at:
            day = f"{certificate.not_after:%d %B %Y}".lstrip("0")
            raise Unfit("certificates", f"{name} expired on {day}. Send its successor.")
        if certificate.not_before > at:
            day = f"{certificate.not_before:%d %B %Y}".lstrip("0")
            raise Unfit("certificates", f"{name} is not valid before {day}. Import it from then on.")
        for finding in check_signature(certificate):
            if finding.severity == "error":
                raise Unfit("certificates", f"{name}: {finding.sentence} {finding.remedy}")
    purposes = leaf.extended_key_usage
    if purposes is not None and not {"serverAuth", "anyExtendedKeyUsage"} & {*purposes}:
        sentence = f"{leaf.common_name} may be used for {' and '.join(purposes)} only, not by a server."
        raise Unfit("certificates", f"{sentence} Ask for one with the extended key usage serverAuth.")
    if leaf.key_usage is not None and "digitalSignature" not in leaf.key_usage:
        sentence = f"The key of {leaf.common_name} may not be used for digital signatures, as TLS 1.3 needs."
        raise Unfit("certificates", f"{sentence} Ask for a certificate with the key usage digitalSignature.")
    if not dns_names(leaf):
        sentence = f"{leaf.common_name} names no DNS name in its subject alternative names; clients look only"
        raise Unfit("certificates", f"{sentence} there. Have it issued with the host's name in them.")


def dns_names(certificate: Certificate) -> tuple[str, ...]:
    """The DNS names and wildcards that it is for, lower case."""
    return tuple(name.removeprefix("DNS:").lower() for name in certificate.san if name.startswith("DNS:"))


def covers(names: Iterable[str], host: str) -> bool:
    """Whether one of `names` (lower case) is `host`, or its wildcard: `*` stands for the whole first label
    (RFC 9525, section 6.3)."""
    return bool({host, "*." + host.partition(".")[2]} & {*names})


def _private_key(data: bytes, password: str) -> _Key:
    blocks = list(_KEY_BLOCK.finditer(data))
    if len(blocks) > 1:
        raise Unfit("key", "This file holds several private keys. Send the one of the server alone.")
    content = blocks[0].group(0) if blocks else data
    load = serialization.load_pem_private_key if blocks else serialization.load_der_private_key
    # Without a cause: what a parser says of a private key goes nowhere.
    try:
        key = load(content, password.encode() or None)
    except TypeError:  # encrypted and no password, or a password for a key that needs none
        if not password:
            raise Unfit("password", "This private key is encrypted. Give its password.") from None
        return _private_key(data, "")
    except (ValueError, UnsupportedAlgorithm):
        if password:
            raise Unfit("password", "This private key does not open with this password.") from None
        raise Unfit("key", "This is no private key in PEM or DER. Send the file of the key.") from None
    return _usable(key)


def _usable(key: object) -> _Key:
    if isinstance(key, rsa.RSAPrivateKey):
        if not RSA_MINIMUM_BITS <= key.key_size <= RSA_MAXIMUM_BITS:
            raise Unfit("key", f"The RSA key has {key.key_size} bits. {_NEW_PAIR}")
        public = key.public_key().public_numbers()
        reason = weakness(public.n, public.e)
        if reason:
            raise Unfit("key", f"Anybody can compute this private key: {reason}. {_NEW_PAIR}")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return key
    raise Unfit("key", f"The gateway cannot use a key of this kind. {_NEW_PAIR}")


def _certificates(data: bytes) -> tuple[list[Certificate], str]:
    """The certificates in a file, and why there are none."""
    reading = read(data, "This file")
    if any(finding.code == "PRIVATE_KEY_SENT" for finding in reading.findings):
        return (
            [],
            "There is a private key in the file of the certificates. Send it as the key, and only there.",
        )
    said = [f"{finding.sentence} {finding.remedy}" for finding in reading.findings]
    return list(reading.certificates), " ".join(said[:1])


def _paired(key: _Key, found: Sequence[Certificate]) -> ServerKeyPair:
    own = _spki(key.public_key())
    mine = [each for each in found if _spki(each.decoded.public_key()) == own]
    if not mine:
        names = ", ".join(each.common_name for each in found[:5])
        sentence = f"The private key belongs to none of these certificates: {names}. "
        raise Unfit("key", f"{sentence}Send the key that the certificate was requested with.")
    chain = [max(mine, key=lambda each: each.not_after)]  # a renewal for the same key: the later one
    while not chain[-1].self_issued and (above := _issuer(chain[-1], found, chain)):
        chain.append(above)
    if len(chain) > 1 and chain[-1].self_signed:
        chain.pop()  # clients have the root, or do not trust it
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return ServerKeyPair(tuple(chain), pem.decode())


def _issuer(
    child: Certificate, found: Sequence[Certificate], used: Sequence[Certificate]
) -> Certificate | None:
    for each in found:
        fits = each.is_ca and each.subject_key == child.issuer_key and each not in used
        if fits and signed_by(child.decoded, each.decoded):
            return each
    return None


def _spki(key: object) -> bytes:
    encoded = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(*encoded)  # type: ignore[attr-defined,no-any-return]
