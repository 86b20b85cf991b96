"""Recognises what people send by mistake, and says what to send instead."""

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .certificate import CRYPTOGRAPHY_ERRORS

SEND_A_CERTIFICATE = "Send the certificate itself: a file that ends in .cer, .crt, .pem, .der or .p7b."


@dataclass(frozen=True)
class WrongThing:
    """`what` completes "This is ..."; `remedy` is one sentence. `harmless` things may lie beside a
    certificate."""

    what: str
    remedy: str
    harmless: bool = False


REQUEST = WrongThing(
    "a certificate signing request, not a certificate",
    "Send the certificate that your certificate authority issued for this request.",
    harmless=True,
)
REVOCATION_LIST = WrongThing("a certificate revocation list (CRL)", SEND_A_CERTIFICATE, harmless=True)
PUBLIC_KEY = WrongThing("a public key without its certificate", SEND_A_CERTIFICATE, harmless=True)
PARAMETERS = WrongThing("a set of key parameters", SEND_A_CERTIFICATE, harmless=True)
SSH_KEY = WrongThing("an SSH public key", "SSH keys do not work for TLS. " + SEND_A_CERTIFICATE)
CMS_MESSAGE = WrongThing("a PKCS#7 message without certificates", SEND_A_CERTIFICATE)

_LABELS = {
    "CERTIFICATE REQUEST": REQUEST,
    "NEW CERTIFICATE REQUEST": REQUEST,
    "X509 CRL": REVOCATION_LIST,
    "CRL": REVOCATION_LIST,
    "PUBLIC KEY": PUBLIC_KEY,
    "RSA PUBLIC KEY": PUBLIC_KEY,
    "EC PARAMETERS": PARAMETERS,
    "DH PARAMETERS": PARAMETERS,
    "DSA PARAMETERS": PARAMETERS,
    "SSH2 PUBLIC KEY": SSH_KEY,
    "PGP PUBLIC KEY BLOCK": WrongThing(
        "a PGP public key", "PGP keys do not work for TLS. " + SEND_A_CERTIFICATE
    ),
    "PGP MESSAGE": WrongThing("a PGP message", "Send the certificate unencrypted; it holds no secret."),
}

_UNPACK = "Unpack it and send the certificate files one by one."
_EXPORT = "Export the certificate from it (keytool -exportcert -rfc) and send that."
_EXPORT_ONE = "Export the certificate from it in the form Base-64 encoded X.509 (.CER) and send that."
_BEGINNINGS: tuple[tuple[re.Pattern[bytes], WrongThing], ...] = (
    (re.compile(rb"PK(\x03\x04|\x05\x06)"), WrongThing("a zip archive", _UNPACK)),
    (re.compile(rb"\x1f\x8b"), WrongThing("a gzip archive", _UNPACK)),
    (re.compile(rb"7z\xbc\xaf|Rar!"), WrongThing("a packed archive", _UNPACK)),
    (re.compile(rb"\xfe\xed\xfe\xed"), WrongThing("a Java keystore (JKS)", _EXPORT)),
    (re.compile(rb"\0\0\0\0CERT"), WrongThing("a Windows certificate store (.sst)", _EXPORT_ONE)),
    (re.compile(rb"{\\rtf"), WrongThing("a text document (RTF)", SEND_A_CERTIFICATE)),
    (re.compile(rb"\xce\xce\xce\xce"), WrongThing("a Java keystore (JCEKS)", _EXPORT)),
    (re.compile(rb"%PDF-"), WrongThing("a PDF document", SEND_A_CERTIFICATE)),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), WrongThing("a picture", SEND_A_CERTIFICATE)),
    (re.compile(rb"\xd0\xcf\x11\xe0"), WrongThing("an office document or e-mail", SEND_A_CERTIFICATE)),
    (re.compile(rb"MZ"), WrongThing("a program", SEND_A_CERTIFICATE)),
)
_SSH_LINE = re.compile(rb"\s*(ssh-(rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com)\s")
_HTML = re.compile(rb"\s*<(!doctype\s+html|html|head|body)\b", re.I)
_XML = re.compile(rb"\s*<\?xml\b", re.I)


def by_label(label: str) -> WrongThing | None:
    """What a PEM block with this label (upper case, without BEGIN) is, unless it could be a certificate."""
    return _LABELS.get(label)


def by_beginning(data: bytes, text: bytes) -> WrongThing | None:
    """What a file is by its first bytes: `data` as sent, `text` the same as plain UTF-8 text."""
    for beginning, thing in _BEGINNINGS:
        if beginning.match(data):
            return thing
    if _HTML.match(text):
        return WrongThing(
            "a web page, perhaps a login page that was saved in place of the file",
            "Download the certificate again while signed in. " + SEND_A_CERTIFICATE,
        )
    if _XML.match(text):
        return WrongThing("an XML document", SEND_A_CERTIFICATE)
    return SSH_KEY if _SSH_LINE.match(text) else None


def by_structure(der: bytes) -> WrongThing | None:
    """What a DER structure is that is neither a certificate nor PKCS#7."""
    for load, thing in (
        (x509.load_der_x509_csr, REQUEST),
        (x509.load_der_x509_crl, REVOCATION_LIST),
        (load_der_public_key, PUBLIC_KEY),
    ):
        try:
            load(der)
        except CRYPTOGRAPHY_ERRORS:
            continue
        return thing
    return None
