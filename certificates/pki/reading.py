"""Whatever a partner sends -> certificates, or a kind explanation of what it was.

Reads PEM with anything around it (any line ends, byte order marks, UTF-16, mail text), DER, `.cer`, PKCS#7
in PEM or DER, and bare Base64 or hexadecimal. A private key anywhere refuses the whole file, and PKCS#12 is
refused unopened: it usually carries the key. Every certificate is decoded completely; the sender's own text
goes nowhere.
"""

import base64
import binascii
import re
import warnings
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from . import der
from .certificate import CRYPTOGRAPHY_ERRORS, Certificate, Undecodable
from .findings import Finding, Severity
from .private_keys import private_key_in
from .wrong_things import CMS_MESSAGE, SEND_A_CERTIFICATE, WrongThing, by_beginning, by_label, by_structure

__all__ = ["Limits", "Reading", "private_key_in", "read"]

_BOUNDARY = re.compile(r"--[ \t]{0,3}(BEGIN|END)[ \t]{1,3}([A-Z0-9][A-Z0-9 #.]{0,60}?)[ \t]{0,3}--")
_HEADER_LINE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,40}:.*$", re.M)
_QUOTED = re.compile(r"^[ \t]*>[> \t]*", re.M)  # as mail programs quote
_CERTIFICATE_LABELS = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"}
_PKCS7_LABELS = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA"}
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-") | {"\u00a0": " ", "\ufeff": ""}
)
# 1.2.840.113549.1.7, the arc of PKCS#7; its second member is signed data, the one that carries certificates.
_PKCS7_ARC = bytes.fromhex("06092a864886f70d0107")
_EXPORT_AGAIN = "Export the certificate again and send the new file."


@dataclass(frozen=True)
class Limits:
    """Bounds for one upload, in bytes and certificates."""

    upload_bytes: int = 1_000_000
    certificates: int = 50
    certificate_bytes: int = 64_000


@dataclass(frozen=True)
class Reading:
    """The certificates of one file in the order sent, each once, and what there is to say about the file."""

    certificates: tuple[Certificate, ...]
    findings: tuple[Finding, ...]


def read(data: bytes, name: str, limits: Limits = Limits()) -> Reading:
    """Read one file called `name`. Never raises, whatever the bytes are.

    With a private key inside, or past a limit, no certificate is returned: nothing of such a file may be
    used.
    """
    kind = private_key_in(data)
    if kind:
        return Reading((), (_private_key_sent(kind, name),))
    reader = _Reader(name, limits)
    if len(data) > limits.upload_bytes:
        reader.error("SIZE", f"The file is larger than {limits.upload_bytes // 1000} kB.", SEND_A_CERTIFICATE)
    else:
        reader.file(data)
    return reader.result()


def _private_key_sent(kind: str, name: str) -> Finding:
    return Finding(
        "PRIVATE_KEY_SENT",
        Severity.ERROR,
        f"This file holds {kind}. Nothing of it was kept.",
        "Treat that key as known to others: make a new key, have a new certificate issued, "
        "and send the certificate alone.",
        file=name,
    )


# Copies and broken blocks cost time as well, so they are counted: this many per certificate that is allowed.
_ATTEMPTS_PER_CERTIFICATE = 4


class _TooMany(Exception):
    """The limit on certificates is passed; reading stops at once."""


@dataclass
class _Reader:
    """Collects what one file yields."""

    name: str
    limits: Limits
    certificates: dict[str, Certificate] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    wrong: list[WrongThing] = field(default_factory=list)
    attempts: int = 0

    def result(self) -> Reading:
        for thing in dict.fromkeys(self.wrong):
            if self.certificates and thing.harmless:
                self._say(
                    "DECODE",
                    Severity.WARNING,
                    f"A part of the file was left out: it is {thing.what}.",
                    "Nothing to do.",
                )
            else:
                self.error("DECODE", f"This is {thing.what}.", thing.remedy)
        return Reading(tuple(self.certificates.values()), tuple(self.findings))

    def error(self, code: str, sentence: str, remedy: str) -> None:
        self._say(code, Severity.ERROR, sentence, remedy)

    def _say(self, code: str, severity: Severity, sentence: str, remedy: str) -> None:
        finding = Finding(code, severity, sentence, remedy, file=self.name)
        if finding not in self.findings:
            self.findings.append(finding)

    def file(self, data: bytes) -> None:
        try:
            self._file(data)
        except _TooMany:
            self.certificates.clear()
            sentence = f"The file holds more than {self.limits.certificates} certificates. None was read."
            self.error("SIZE", sentence, "Send only the client certificate and the chain above it.")

    def _file(self, data: bytes) -> None:
        if not data.strip(b"\0 \t\r\n"):
            self.error(
                "DECODE", "The file is empty.", "Save the certificate again and check the size of the file."
            )
            return
        text = _text(data)
        boundaries = list(_BOUNDARY.finditer(text))
        if boundaries:
            self._pem(text, boundaries)
        elif data[0] == der.SEQUENCE and der.element(data):
            self._der(data)
        else:
            self._bare(data, text)

    def _pem(self, text: str, boundaries: list[re.Match[str]]) -> None:
        """Blocks are paired with the very next boundary, so that the work grows only with the length of the
        text."""
        for here, following in zip(boundaries, [*boundaries[1:], None], strict=True):
            if here[1] == "END":
                continue
            self._attempt()
            label = " ".join(here[2].split())
            if following is None or following[1] == "BEGIN" or following[2].split() != here[2].split():
                self._truncated(f"A block that begins with BEGIN {label} has no end.")
                continue
            self._block(label, text[here.end() : following.start()])

    def _block(self, label: str, body: str) -> None:
        thing = by_label(label)
        if thing:
            self.wrong.append(thing)
        elif label not in _CERTIFICATE_LABELS | _PKCS7_LABELS:
            self.wrong.append(WrongThing(f"a block of the kind {label}", SEND_A_CERTIFICATE))
        else:
            bare = _HEADER_LINE.sub("", _QUOTED.sub("", body))
            content = _base64(bare.strip("- \t\r\n"))
            if content is None:
                self._undecodable("it is not valid Base64")
            else:
                # OpenSSL's trusted certificates carry its private notes after the certificate.
                self._element(_first_element(content) if label == "TRUSTED CERTIFICATE" else content)

    def _der(self, data: bytes) -> None:
        """One DER structure or several in a row; line ends at the end are forgiven."""
        start = 0
        while start < len(data):
            found = der.element(data, start)
            if found is None or found.tag != der.SEQUENCE:
                if start and data[start:].strip(b"\0 \t\r\n"):
                    self._undecodable("there are more bytes after its end")
                break
            if found.end > len(data):
                self._truncated("The file ends in the middle of a certificate.")
                break
            self._element(data[start : found.end])
            start = found.end

    def _bare(self, data: bytes, text: str) -> None:
        thing = by_beginning(data, text.encode())
        if thing:
            self.wrong.append(thing)
            return
        content = _hexadecimal(text) or _base64(text)
        boundaries = list(_BOUNDARY.finditer(_text(content))) if content else []
        if content and content[0] == der.SEQUENCE and der.element(content):
            self._der(content)
        elif content and boundaries:
            # A whole PEM file in Base64, as in the secrets of Kubernetes.
            self._pem(_text(content), boundaries)
        else:
            self.error("DECODE", "There is no certificate in this file.", SEND_A_CERTIFICATE)

    def _attempt(self) -> None:
        self.attempts += 1
        if self.attempts > self.limits.certificates * _ATTEMPTS_PER_CERTIFICATE:
            raise _TooMany

    def _element(self, content: bytes) -> None:
        self._attempt()
        if len(content) > self.limits.certificate_bytes and not _is_pkcs7(content):
            sentence = f"A certificate is larger than {self.limits.certificate_bytes // 1000} kB."
            self.error("SIZE", sentence, "Ask the issuer for a certificate of the usual size, a few kB.")
        elif _is_pkcs7(content):
            self._pkcs7(content)
        else:
            self._certificate(content)

    def _pkcs7(self, content: bytes) -> None:
        try:
            with warnings.catch_warnings():
                # Warns that BER, which OpenSSL writes with -stream and Windows at times, may be refused in a
                # later release. Every certificate inside is decoded as DER afterwards.
                warnings.simplefilter("ignore", UserWarning)
                loaded = pkcs7.load_der_pkcs7_certificates(content)
            found = [certificate.public_bytes(serialization.Encoding.DER) for certificate in loaded]
        except CRYPTOGRAPHY_ERRORS:
            self.wrong.append(CMS_MESSAGE)
            return
        if not found:
            self.wrong.append(CMS_MESSAGE)
        for one in found:
            self._attempt()
            if len(one) > self.limits.certificate_bytes:
                self._element(one)
            else:
                self._certificate(one)

    def _certificate(self, content: bytes) -> None:
        try:
            certificate = Certificate.from_der(content)
        except Undecodable as reason:
            thing = by_structure(content)
            if thing:
                self.wrong.append(thing)
            else:
                self._undecodable(str(reason), reason.code)
            return
        if certificate.fingerprint in self.certificates:
            self.findings.append(duplicate(certificate, self.name))
            return
        if len(self.certificates) == self.limits.certificates:
            raise _TooMany
        self.certificates[certificate.fingerprint] = certificate

    def _undecodable(self, reason: str, code: str = "DECODE") -> None:
        self.error(code, f"A certificate in this file cannot be read: {reason}.", _EXPORT_AGAIN)

    def _truncated(self, sentence: str) -> None:
        self.error("DECODE", f"{sentence} Part of the file is missing.", _EXPORT_AGAIN)


def duplicate(certificate: Certificate, name: str) -> Finding:
    """The remark that a certificate was sent more than once; `name` is the file with the later copy."""
    return Finding(
        "DUPLICATE",
        Severity.REMARK,
        "This certificate was sent more than once; it is shown once.",
        "Nothing to do.",
        fingerprint=certificate.fingerprint,
        subject=certificate.common_name,
        file=name,
    )


def _text(data: bytes) -> str:
    """The data as text: UTF-8, or UTF-16 in either order with or without a mark; unknown bytes are
    replaced."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    elif data[:1] != b"\0" and data[1:2] == b"\0":
        text = data.decode("utf-16-le", "replace")
    elif data[:1] == b"\0" and data[1:2] != b"\0":
        text = data.decode("utf-16-be", "replace")
    else:
        text = data.decode("utf-8-sig", "replace")
    return (
        text.encode("utf-8", "replace").decode().translate(_DASHES).replace("\\r", "\n").replace("\\n", "\n")
    )


def _base64(text: str) -> bytes | None:
    letters = "".join(text.split()).rstrip("=")
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _hexadecimal(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text.strip().replace(":", ""))
    except ValueError:
        return None


def _first_element(content: bytes) -> bytes:
    found = der.element(content)
    return content[: found.end] if found else content


def _is_pkcs7(content: bytes) -> bool:
    found = der.element(content)
    return found is not None and content[found.body : found.body + len(_PKCS7_ARC)] == _PKCS7_ARC
