"""One certificate, decoded completely or refused.

`cryptography` decodes lazily: a certificate may load and still raise when its subject is read. An
undecodable field freezes a whole truststore in the gateway, so everything is read here, once, at the door.
"""

import re
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from . import der as tlv
from .naming import (
    CanonicalName,
    best_known_as,
    canonical,
    general_name,
    key_name,
    kind_of_name,
    printable,
    readable,
)

Kind = Literal["leaf", "intermediate", "root"]
_E = TypeVar("_E", bound=x509.ExtensionType)

# What BoringSSL, and so the gateway, computes with at most. Beyond it a signature is not even checked here:
# huge numbers cost a verifier time, which is what they are made for.
RSA_MAXIMUM_BITS, RSA_MAXIMUM_EXPONENT_BITS = 16384, 33

# A name has a handful of parts; thousands cost every comparison of names their time.
_MOST_NAME_PARTS = 200

# What `cryptography` is known to raise for hostile input. Named one by one, because a bare `except
# Exception` would also swallow the time limit of the worker that calls us.
CRYPTOGRAPHY_ERRORS: tuple[type[Exception], ...] = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    UnsupportedAlgorithm,
    InvalidSignature,
    InternalError,
    x509.AttributeNotFound,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)

_KEY_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
_EXTENDED_KEY_USAGES = {
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
}


class Undecodable(ValueError):
    """These bytes are not a certificate that can be read from end to end. `str()` is the reason, for
    people, `code` what the finding is called."""

    def __init__(self, reason: str, code: str = "DECODE") -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Certificate:
    """A certificate and everything that was read from it. Two are equal when their DER is.

    `fingerprint` (lower-case hexadecimal SHA-256 of the DER) is the identity. Dates are aware and UTC.
    `san` holds strings like `DNS:a.example`. `extended_key_usage` and `key_usage` hold the names of RFC
    5280 (an unknown purpose as its dotted OID) and are None when the extension is absent. `ski` and `aki`
    are lower-case hexadecimal, or "" when absent; `aki_serial` is the other way to name the issuer's
    certificate: its issuers' names and its serial number. `basic_constraints_critical` is None without that
    extension. `constrained` holds the kinds of names (like `DNS`) that a CA limits. `decoded` is the
    `cryptography` object.
    """

    der: bytes
    fingerprint: str = field(compare=False)
    subject: str = field(compare=False)
    issuer: str = field(compare=False)
    common_name: str = field(compare=False)
    serial: str = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    key: str = field(compare=False)
    signature_hash: str = field(compare=False)
    is_ca: bool = field(compare=False)
    path_length: int | None = field(compare=False)
    basic_constraints_critical: bool | None = field(compare=False)
    self_issued: bool = field(compare=False)
    self_signed: bool = field(compare=False)
    san: tuple[str, ...] = field(compare=False)
    extended_key_usage: tuple[str, ...] | None = field(compare=False)
    key_usage: tuple[str, ...] | None = field(compare=False)
    ski: str = field(compare=False)
    aki: str = field(compare=False)
    aki_serial: tuple[tuple[CanonicalName, ...], int] | None = field(compare=False, repr=False)
    constrained: frozenset[str] = field(compare=False)
    subject_key: CanonicalName = field(compare=False, repr=False)
    issuer_key: CanonicalName = field(compare=False, repr=False)
    decoded: x509.Certificate = field(compare=False, repr=False)

    @classmethod
    def from_der(cls, der: bytes) -> "Certificate":
        """Decode one certificate, every field of it.

        `der` is exactly one DER element with nothing after it. Raises `Undecodable` with a reason for people.
        """
        try:
            return _decode(der)
        except CRYPTOGRAPHY_ERRORS as error:
            raise Undecodable(_reason(error), _code(error)) from error

    @property
    def pem(self) -> str:
        """The certificate as PEM, encoded anew from the DER: the sender's own text is never passed on."""
        return self.decoded.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def serial_number(self) -> int:
        """The serial number, which may be negative. (`decoded` would warn about one that is.)"""
        return int(self.serial, 16)

    @property
    def names_issuer_key(self) -> bool:
        """Whether it says which key of its issuer signed it, by key identifier or by serial number."""
        return bool(self.aki) or self.aki_serial is not None

    @property
    def kind(self) -> Kind:
        """`root` for a CA that signed itself, `intermediate` for any other CA, else `leaf`."""
        if not self.is_ca:
            return "leaf"
        return "root" if self.self_signed else "intermediate"


def signed_by(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the key of `issuer` made the signature on `child`. Names are not compared; nothing is raised.

    `verify_directly_issued_by` is not enough: it declines SHA-1 and names that differ only in their
    encoding, and the gateway accepts both, so the chain that it walks has to be seen here.
    """
    try:
        key, signature, signed = issuer.public_key(), child.signature, child.tbs_certificate_bytes
        if isinstance(key, rsa.RSAPublicKey):
            # With MD5 the parameters are None. Such a signature is worthless, but old roots carry one.
            md5 = child.signature_algorithm_oid == SignatureAlgorithmOID.RSA_WITH_MD5
            how = padding.PKCS1v15() if md5 else child.signature_algorithm_parameters
            if not isinstance(how, padding.PKCS1v15 | padding.PSS) or _too_large(key):
                return False
            key.verify(signature, signed, how, _hash_of(child))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            # Not `signature_algorithm_parameters`, which is None for ECDSA with SHA-1.
            key.verify(signature, signed, ec.ECDSA(_hash_of(child)))
        else:
            child.verify_directly_issued_by(issuer)
    except CRYPTOGRAPHY_ERRORS:
        return False
    return True


def _too_large(key: rsa.RSAPublicKey) -> bool:
    return key.key_size > RSA_MAXIMUM_BITS or key.public_numbers().e.bit_length() > RSA_MAXIMUM_EXPONENT_BITS


def _hash_of(certificate: x509.Certificate) -> hashes.HashAlgorithm:
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None:
        raise UnsupportedAlgorithm("The signature names no hash.")
    return algorithm


def _decode(der: bytes) -> Certificate:
    with warnings.catch_warnings():
        # Warns that a later release will refuse serial numbers that are zero or negative. SERIAL says so.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        loaded = x509.load_der_x509_certificate(der)
        serial = f"{loaded.serial_number:x}"
    _refuse_two_signature_algorithms(der)
    extensions = loaded.extensions
    basic = _extension(extensions, x509.BasicConstraints)
    names = _extension(extensions, x509.SubjectAlternativeName)
    ski = _extension(extensions, x509.SubjectKeyIdentifier)
    aki = _extension(extensions, x509.AuthorityKeyIdentifier)
    san = tuple(general_name(name) for name in names.value) if names else ()
    subject, issuer = loaded.subject, loaded.issuer
    if max(len(subject.rdns), len(issuer.rdns)) > _MOST_NAME_PARTS:
        raise ValueError(f"its name has more than {_MOST_NAME_PARTS} parts")
    algorithm = loaded.signature_hash_algorithm
    subject_key, issuer_key = canonical(subject), canonical(issuer)
    self_issued = subject_key == issuer_key
    return Certificate(
        der=der,
        fingerprint=loaded.fingerprint(hashes.SHA256()).hex(),
        subject=readable(subject),
        issuer=readable(issuer),
        common_name=best_known_as(subject, san, serial),
        serial=serial,
        not_before=loaded.not_valid_before_utc,
        not_after=loaded.not_valid_after_utc,
        key=key_name(loaded.public_key()),
        signature_hash=algorithm.name if algorithm else "",
        is_ca=basic.value.ca if basic else False,
        path_length=basic.value.path_length if basic else None,
        basic_constraints_critical=basic.critical if basic else None,
        self_issued=self_issued,
        self_signed=self_issued and signed_by(loaded, loaded),
        san=san,
        extended_key_usage=_extended_key_usage(extensions),
        key_usage=_key_usage(extensions),
        ski=ski.value.digest.hex() if ski else "",
        aki=(aki.value.key_identifier or b"").hex() if aki else "",
        aki_serial=_issuer_and_serial(aki.value) if aki else None,
        constrained=_constrained(extensions),
        subject_key=subject_key,
        issuer_key=issuer_key,
        decoded=loaded,
    )


def _refuse_two_signature_algorithms(der: bytes) -> None:
    """RFC 5280 section 4.1.1.2: the algorithm inside the signed part and the one beside it are the same."""
    outer = tlv.element(der)
    parts = tlv.children(der, outer, 2) if outer else []
    inner = tlv.children(der, parts[0], 3) if len(parts) == 2 else []
    # The version ([0]) is left out by version 1 certificates; the algorithm follows the serial number.
    named = next((part for part in inner if part.tag == tlv.SEQUENCE), None)
    if named is None or der[named.start : named.end] != der[parts[1].start : parts[1].end]:
        raise ValueError("it names two different signature algorithms")


def _extension(extensions: x509.Extensions, kind: type[_E]) -> x509.Extension[_E] | None:
    try:
        return extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def _extended_key_usage(extensions: x509.Extensions) -> tuple[str, ...] | None:
    found = _extension(extensions, x509.ExtendedKeyUsage)
    if found is None:
        return None
    return tuple(_EXTENDED_KEY_USAGES.get(purpose, purpose.dotted_string) for purpose in found.value)


def _key_usage(extensions: x509.Extensions) -> tuple[str, ...] | None:
    found = _extension(extensions, x509.KeyUsage)
    if found is None:
        return None
    return tuple(name for attribute, name in _KEY_USAGES.items() if getattr(found.value, attribute))


def _issuer_and_serial(aki: x509.AuthorityKeyIdentifier) -> tuple[tuple[CanonicalName, ...], int] | None:
    if aki.authority_cert_serial_number is None:
        return None
    names = [name.value for name in aki.authority_cert_issuer or () if isinstance(name, x509.DirectoryName)]
    return tuple(canonical(name) for name in names), aki.authority_cert_serial_number


def _constrained(extensions: x509.Extensions) -> frozenset[str]:
    found = _extension(extensions, x509.NameConstraints)
    if found is None:
        return frozenset()
    names = [*(found.value.permitted_subtrees or ()), *(found.value.excluded_subtrees or ())]
    return frozenset(kind_of_name(name) for name in names)


def _code(error: Exception) -> str:
    # `cryptography` makes no RSA key with an exponent that is even or under 3.
    return "RSA_EXPONENT" if str(error).startswith("e must be") else "DECODE"


def _reason(error: Exception) -> str:
    """One short line for people."""
    if isinstance(error, x509.DuplicateExtension):
        return f"the extension {error.oid.dotted_string} appears twice"
    if _code(error) == "RSA_EXPONENT":
        return "its RSA exponent is even or under 3, which is no key at all"
    if isinstance(error, x509.InvalidVersion):
        return "its version is unknown"
    if isinstance(error, UnsupportedAlgorithm):
        return "it uses an algorithm that is not supported"
    if "ParseError" in str(error):
        return _where(str(error))
    first_sentence = str(error).partition(". ")[0].rstrip(".")
    return printable(first_sentence)[:160] or "one of its fields makes no sense"


def _where(error: str) -> str:
    """What `cryptography` says of the place where the structure breaks, in words that help to mend it."""
    text = re.search(r'"AttributeValue::(\w+)"', error)
    if text:
        return f"a name in it has letters that its type, {text[1]}, does not allow"
    places = re.findall(r'"([A-Za-z_:]+)"', error)
    return f"its structure is broken at {places[0]}" if places else "its structure is broken"
