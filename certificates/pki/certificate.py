"""One certificate, decoded completely or refused.

`cryptography` decodes lazily: a certificate may load and still raise when its subject is read. An
undecodable field freezes a whole truststore in the gateway, so everything is read here, once, at the door.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import der as tlv
from .naming import CanonicalName, best_known_as, canonical, general_name, key_name, printable, readable

Kind = Literal["leaf", "intermediate", "root"]

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
    people."""


@dataclass(frozen=True)
class Certificate:
    """A certificate and everything that was read from it. Two are equal when their DER is.

    `fingerprint` (lower-case hexadecimal SHA-256 of the DER) is the identity. Dates are aware and UTC.
    `san` holds strings like `DNS:a.example`. `extended_key_usage` and `key_usage` hold the names of RFC
    5280 (an unknown purpose as its dotted OID) and are None when the extension is absent. `ski` and `aki`
    are lower-case hexadecimal, or "" when absent. `basic_constraints_critical` is None without that
    extension. `x509` is the `cryptography` object.
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
    subject_key: CanonicalName = field(compare=False, repr=False)
    issuer_key: CanonicalName = field(compare=False, repr=False)
    x509: x509.Certificate = field(compare=False, repr=False)

    @classmethod
    def from_der(cls, der: bytes) -> "Certificate":
        """Decode one certificate, every field of it.

        `der` is exactly one DER element with nothing after it. Raises `Undecodable` with a reason for people.
        """
        try:
            return _decode(der)
        except CRYPTOGRAPHY_ERRORS as error:
            raise Undecodable(_reason(error)) from error

    @property
    def pem(self) -> str:
        """The certificate as PEM, encoded anew from the DER: the sender's own text is never passed on."""
        return self.x509.public_bytes(serialization.Encoding.PEM).decode("ascii")

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
        how = child.signature_algorithm_parameters
        if isinstance(key, rsa.RSAPublicKey) and isinstance(how, padding.PKCS1v15 | padding.PSS):
            key.verify(signature, signed, how, _hash_of(child))
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(how, ec.ECDSA):
            key.verify(signature, signed, how)
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and how is None:
            key.verify(signature, signed)
        else:
            child.verify_directly_issued_by(issuer)
    except CRYPTOGRAPHY_ERRORS:
        return False
    return True


def _hash_of(certificate: x509.Certificate) -> hashes.HashAlgorithm:
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None:
        raise UnsupportedAlgorithm("The signature names no hash.")
    return algorithm


def _decode(der: bytes) -> Certificate:
    loaded = x509.load_der_x509_certificate(der)
    _refuse_two_signature_algorithms(der)
    found = {type(extension.value): extension for extension in loaded.extensions}
    subject, issuer = loaded.subject, loaded.issuer
    algorithm = loaded.signature_hash_algorithm
    serial = f"{loaded.serial_number:x}"
    basic = found.get(x509.BasicConstraints)
    san = _san(loaded.extensions)
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
        is_ca=isinstance(basic.value, x509.BasicConstraints) and basic.value.ca if basic else False,
        path_length=basic.value.path_length
        if basic and isinstance(basic.value, x509.BasicConstraints)
        else None,
        basic_constraints_critical=basic.critical if basic else None,
        self_issued=self_issued,
        self_signed=self_issued and signed_by(loaded, loaded),
        san=san,
        extended_key_usage=_extended_key_usage(loaded.extensions),
        key_usage=_key_usage(loaded.extensions),
        ski=_ski(loaded.extensions),
        aki=_aki(loaded.extensions),
        subject_key=subject_key,
        issuer_key=issuer_key,
        x509=loaded,
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


def _san(extensions: x509.Extensions) -> tuple[str, ...]:
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(general_name(name) for name in names)


def _extended_key_usage(extensions: x509.Extensions) -> tuple[str, ...] | None:
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return tuple(_EXTENDED_KEY_USAGES.get(purpose, purpose.dotted_string) for purpose in purposes)


def _key_usage(extensions: x509.Extensions) -> tuple[str, ...] | None:
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return tuple(name for attribute, name in _KEY_USAGES.items() if getattr(usage, attribute))


def _ski(extensions: x509.Extensions) -> str:
    try:
        return extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex()
    except x509.ExtensionNotFound:
        return ""


def _aki(extensions: x509.Extensions) -> str:
    try:
        identifier = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return ""
    return identifier.hex() if identifier else ""


def _reason(error: Exception) -> str:
    """One short line for people; the library's own words help whoever made the certificate."""
    if isinstance(error, x509.DuplicateExtension):
        return f"the extension {error.oid.dotted_string} appears twice"
    if isinstance(error, x509.InvalidVersion):
        return "its version is unknown"
    if isinstance(error, UnsupportedAlgorithm):
        return "it uses an algorithm that is not supported"
    return printable(str(error))[:160] or type(error).__name__
