"""Private keys in every shape in which they are sent by mistake, and how to find a trace of them."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs12

_PEM_LINE = re.compile(rb"^[A-Za-z0-9+/=]{40,}$", re.M)
_SPACE = re.compile(rb"\s|\\[nr]|\0")


@dataclass(frozen=True)
class Stray:
    """A file that holds a private key. `secrets`: what of it is the key: bytes of which no trace may stay."""

    name: str
    content: bytes = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False)


class Keyring:
    """Keys made for one run in `folder`, with a certificate to hide them beside."""

    def __init__(self, folder: Path, certificate: bytes) -> None:
        self.folder = folder
        self.certificate = certificate
        self.curve = ec.generate_private_key(ec.SECP256R1())
        self.rsa = rsa.generate_private_key(65537, 2048)

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """The numbers that are the two keys, as bytes."""
        numbers = self.rsa.private_numbers()
        scalar = self.curve.private_numbers().private_value.to_bytes(32, "big")
        return scalar, numbers.p.to_bytes(128, "big"), numbers.q.to_bytes(128, "big")

    def written(
        self, how: PrivateFormat, encoding: Encoding, *, of_rsa: bool = False, sealed: bool = False
    ) -> bytes:
        """One of the keys; `sealed` under a password."""
        lock = serialization.BestAvailableEncryption(b"Partner") if sealed else serialization.NoEncryption()
        return (self.rsa if of_rsa else self.curve).private_bytes(encoding, how, lock)

    def strays(self) -> Iterator[Stray]:
        """Each shape once."""
        pem, der = Encoding.PEM, Encoding.DER
        old, new = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8
        plain = self.written(new, pem)
        pkcs8, sec1 = self.written(new, der), self.written(old, der)
        secrets = self.secrets
        sealed = self.written(new, der, sealed=True)
        yield Stray("pkcs1.key", self.written(old, pem, of_rsa=True), secrets)
        yield Stray("pkcs1.der", self.written(old, der, of_rsa=True), secrets)
        yield Stray("pkcs8.pem", plain, secrets)
        yield Stray("pkcs8-rsa.pem", self.written(new, pem, of_rsa=True), secrets)
        yield Stray("pkcs8.der", pkcs8, secrets)
        yield Stray("sealed.pem", self.written(new, pem, sealed=True), (*secrets,))
        yield Stray("sealed.der", sealed, (*secrets, sealed[-48:]))
        yield Stray("sec1.pem", self.written(old, pem), secrets)
        yield Stray("sec1.der", sec1, secrets)
        yield Stray("id_ecdsa", self.written(PrivateFormat.OpenSSH, pem), secrets)
        yield Stray("client.ppk", _putty(pkcs8), secrets)
        yield Stray("mixed.pem", self.certificate + plain + self.certificate, secrets)
        yield Stray("crlf.cer", (b"Dear all,\n" + plain).replace(b"\n", b"\r\n"), secrets)
        yield Stray("notepad.txt", plain.decode().encode("utf-16"), secrets)
        yield Stray("bare.txt", base64.b64encode(pkcs8), secrets)
        yield Stray("words.txt", b"key: " + base64.b64encode(sec1), secrets)
        yield Stray("hex.txt", pkcs8.hex().encode(), secrets)
        yield Stray("hex-pem.txt", plain.hex().encode(), secrets)
        yield Stray("header.txt", quote(plain).encode(), secrets)
        yield Stray("chain.p7b", self._pkcs7(pkcs8), secrets)
        yield Stray("client.p12", self._pkcs12(), secrets)
        yield Stray("store.jks", _java(sealed), (sealed[-48:],))

    def _pkcs7(self, key: bytes) -> bytes:
        """A certificate in signed data, with the key stuck behind it."""
        (self.folder / "signer.pem").write_bytes(self.certificate)
        words = "openssl crl2pkcs7 -nocrl -certfile signer.pem -outform DER"
        carried = subprocess.run(words.split(), cwd=self.folder, check=True, capture_output=True).stdout
        return carried + b"\x04" + bytes([0x81, len(key)]) + key

    def _pkcs12(self) -> bytes:
        lock = serialization.BestAvailableEncryption(b"Partner")
        return pkcs12.serialize_key_and_certificates(b"client", self.curve, None, None, lock)


def _putty(key: bytes) -> bytes:
    """As PuTTY writes an unencrypted key (appendix C of its manual)."""
    body = base64.encodebytes(key)
    lines = b"Encryption: none\nComment: client\nPrivate-Lines: %d\n" % body.count(b"\n")
    return b"PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\n" + lines + body + b"Private-MAC: 00\n"


def _java(sealed: bytes) -> bytes:
    """A JKS keystore: its magic, and one entry under the JDK's protector (1.3.6.1.4.1.42.2.17.1.1)."""
    protector = bytes.fromhex("300e060a2b060104012a021101010500")
    body = sealed[-120:]
    wrapped = protector + b"\x04" + bytes([len(body)]) + body
    entry = b"\x30\x81" + bytes([len(wrapped)]) + wrapped
    head = bytes.fromhex("feedfeed0000000200000001000000010001") + b"a" + bytes(8)
    return head + len(entry).to_bytes(4, "big") + entry + bytes(24)


def traces(secrets: tuple[bytes, ...], contents: list[bytes]) -> dict[str, bytes]:
    """What must stand nowhere, by what it is: the secrets raw, in Base64 at each of its three places and in
    hexadecimal, and every long line of what was sent.
    """
    found: dict[str, bytes] = {}
    for number, secret in enumerate(secrets):
        found[f"secret {number}, raw"] = secret
        found[f"secret {number}, hexadecimal"] = secret.hex().encode()
        for shift in range(3):
            core = base64.b64encode(b"\0" * shift + secret)[(shift * 4 + 2) // 3 + 1 : -4]
            found[f"secret {number}, Base64 {shift}"] = core
            found[f"secret {number}, Base64 {shift}, for addresses"] = core.translate(
                bytes.maketrans(b"+/", b"-_")
            )
    for number, content in enumerate(contents):
        for place, line in enumerate(_PEM_LINE.findall(content.replace(b"\0", b"").replace(b"\r", b""))):
            found[f"content {number}, line {place}"] = line
    return found


def seen_in(haystack: bytes, needles: dict[str, bytes]) -> list[str]:
    """Which of the traces stand in the bytes, also broken over lines, escaped or in UTF-16."""
    joined = _SPACE.sub(b"", haystack)
    percent = joined.replace(b"%2B", b"+").replace(b"%2F", b"/").replace(b"%3D", b"=")
    return [
        name
        for name, needle in needles.items()
        if needle in haystack or needle in joined or needle in percent
    ]
