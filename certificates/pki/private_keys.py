"""Finds private keys in whatever was sent, before anything of it is stored, logged or queued.

A private key that was sent is no longer private, so the answer is always "refuse it and make a new one".
Finding one too many costs the sender a question; missing one costs them their identity. So this looks for
the first bytes of every usual encoding anywhere in the data: a key that is cut off, mislabelled or stuck
between two certificates is found.

Sources: RFC 5958 (PKCS#8), RFC 8017 (PKCS#1), RFC 5915 (SEC1), RFC 7292 (PKCS#12), RFC 8018 (password-based
encryption), RFC 7468 (labels), RFC 7517 (JWK), OpenSSH PROTOCOL.key, PuTTY appendix C.
"""

import base64
import re
from urllib.parse import unquote_to_bytes

from . import der

# In capitals anywhere, as every tool writes it, also where the dashes are mangled; in other letters beside a
# dash only, for a sentence may well speak of the end of a private key. "+" is how forms escape a space.
_WORDS = rb"(?:BEGIN|END)[ \t+]{1,3}([A-Z0-9][A-Z0-9 \t+]{0,40}?[ \t+]{1,3})?PRIVATE[ \t+_-]{0,3}KEY"
_LABEL = re.compile(rb"(?<![A-Za-z])" + _WORDS + rb"|-[ \t]{0,3}(?i:" + _WORDS + rb")")
_LABELLED = {
    "": "a private key (PKCS#8)",
    "ENCRYPTED": "an encrypted private key (PKCS#8)",
    "RSA": "an RSA private key (PKCS#1)",
    "EC": "an EC private key (SEC1)",
    "DSA": "a DSA private key",
    "OPENSSH": "an OpenSSH private key",
    "SSH2 ENCRYPTED": "an SSH private key",
    "PGP": "a PGP private key",
}
_PUTTY = re.compile(rb"PuTTY-User-Key-File-\d|Private-Lines:", re.I)
_OPENSSH = (b"openssh-key-v1\0", b"b3BlbnNzaC1rZXktdjEA")
_JWK = re.compile(rb'"d"\s{0,20}:\s{0,20}"[A-Za-z0-9_-]{8}')
# What `openssl pkey -text` prints, .NET's XML, and Microsoft's key blobs (PRIVATEKEYBLOB, also inside .pvk).
_PRINTED = re.compile(rb"\b(priv|privateExponent):\s{0,40}[0-9a-f]{2}:[0-9a-f]{2}", re.I)
_XML = re.compile(rb"<D>\s{0,20}[A-Za-z0-9+/]{8}")
_BLOB = re.compile(rb"\x07\x02\0\0\0[\xa4\x24]\0\0(RSA2|DSS2)|BwIAAACkAABSU0Ey|BwIAAAAkAABSU0Ey")

_HEADER = rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)"
_PKCS12 = re.compile(
    _HEADER + rb"\x02\x01\x03" + _HEADER + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x01\x02]", re.S
)
# Object identifiers that only ever wrap keys and bags of keys: PBES1 and PBES2 (RFC 8018), the PKCS#12
# ciphers and bags (RFC 7292; bag 3 holds certificates and is left out), and the protectors of Java's JKS
# and JCEKS keystores.
_ENCRYPTED = re.compile(
    rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05[\x01\x03\x04\x06\x0a\x0b\x0d]"
    rb"|\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06]"
    rb"|\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01[\x01\x02]"
    rb"|\x2b\x06\x01\x04\x01\x2a\x02\x11\x01\x01"
    rb"|\x2b\x06\x01\x04\x01\x2a\x02\x13\x01",
    re.S,
)
# A version of 0 or 1, then what the three plain encodings go on with; `_plain_key` reads on from there.
_PLAIN = re.compile(rb"(?=" + _HEADER + rb"\x02\x01[\x00\x01][\x02\x04\x30])", re.S)
# Base64 of an element that begins with 0x30, at the start of a word.
_BASE64_START = re.compile(rb"(?<![A-Za-z0-9+/_-])M[A-P][A-Za-z0-9+/_-]{8}")
_BASE64_BODY = re.compile(rb"[A-Za-z0-9+/\s]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_HEAD_LENGTH = 96
_BETWEEN_DIGITS = re.compile(rb"0x|\\x|[\s:,;{}\[\]]+", re.I)
_ONLY_DIGITS = re.compile(rb"[0-9A-Fa-f]{64,}")
_LONG_NUMBER = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{64,}")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")


def _base64_of(words: bytes) -> list[bytes]:
    """What these words look like inside Base64, at each of the three places where they can begin."""
    return [
        base64.b64encode(b"\0" * offset + words)[(offset * 4 + 2) // 3 :][: len(words) * 4 // 3 - 2]
        for offset in range(3)
    ]


# A whole PEM file in Base64, as in the secrets of Kubernetes.
_PEM_IN_BASE64 = re.compile(
    b"|".join(
        form
        for words in ("PRIVATE KEY", "PuTTY-User-Key")
        for form in _base64_of(words.encode()) + _base64_of(words.encode("utf-16-le"))
    )
)
# Certificates hold next to nothing that begins like a key. A file full of such beginnings costs time to look
# through and serves nobody, so it counts as one that holds keys.
_MOST_BEGINNINGS = 2000
_FULL_OF_BEGINNINGS = "beginnings of private keys in great numbers"


def private_key_in(data: bytes) -> str | None:
    """Which kind of private key, or container that usually holds one, is in `data`, in words that go on from
    "It holds"; None if there is none.

    `data` may be text (UTF-8, UTF-16, any line ends), DER, or a mixture. Nothing is decrypted, nothing is
    opened and no part of the key is returned. Never raises.
    """
    # Without its zero bytes UTF-16 (either order, with or without a mark) reads like ASCII.
    text = data.replace(b"\0", b"") if b"\0" in data else data
    text = text.replace(rb"\r", b"\n").replace(rb"\n", b"\n")
    return (
        _in_text(data, text)
        or _in_der(data)
        or _in_base64(text)
        or _in_hexadecimal(text)
        or _in_percent_escapes(text)
    )


def _in_text(data: bytes, text: bytes) -> str | None:
    label = _LABEL.search(text)
    if label:
        words = (label[1] or label[2] or b"").decode("ascii", "replace").upper().replace("+", " ").split()
        return _LABELLED.get(" ".join(words), "a private key")
    if _PUTTY.search(text):
        return "a PuTTY private key"
    if any(mark in data or mark in text for mark in _OPENSSH):
        return "an OpenSSH private key"
    if b'"kty"' in text and _JWK.search(text):
        return "a private key (JWK)"
    if _PRINTED.search(text):
        return "a private key as OpenSSL prints it"
    if b"<RSAKeyValue" in text and _XML.search(text):
        return "a private key (XML)"
    if _BLOB.search(data) or _BLOB.search(text):
        return "a private key (Microsoft)"
    return None


def _in_der(data: bytes) -> str | None:
    """A key anywhere in binary data, also inside another structure such as PKCS#7."""
    if _PKCS12.search(data):
        return "a PKCS#12 container (.p12, .pfx), which is made for private keys"
    if _ENCRYPTED.search(data):
        return "an encrypted private key"
    for count, match in enumerate(_PLAIN.finditer(data)):
        kind = _plain_key(data, match.start()) if count < _MOST_BEGINNINGS else _FULL_OF_BEGINNINGS
        if kind:
            return kind
    return None


def _plain_key(data: bytes, start: int) -> str | None:
    """The kind of an unencrypted key that begins at `start`; a cut-off key counts."""
    outer = der.element(data, start)
    if outer is None or outer.tag != der.SEQUENCE:
        return None
    parts = der.children(data, outer, 6)
    tags = [part.tag for part in parts]
    if tags[:2] == [der.INTEGER, der.SEQUENCE]:
        # A version 1 certificate begins alike, but goes on with a name where a key has an octet string.
        algorithm = parts[1]
        goes_on = tags[2:3] == [der.OCTET_STRING] or algorithm.end >= len(data)
        return (
            "a private key (PKCS#8)"
            if data[algorithm.body : algorithm.body + 1] == b"\x06" and goes_on
            else None
        )
    if tags == [der.INTEGER] * 6 or (tags[:2] == [der.INTEGER] * 2 and outer.end > len(data)):
        return "an RSA private key (PKCS#1)"
    if tags[:2] == [der.INTEGER, der.OCTET_STRING] and parts[1].end - parts[1].body >= 20:
        return "an EC private key (SEC1)"
    return None


def _in_base64(text: bytes) -> str | None:
    """A key at the start of any word (its labels may be lost), or inside another structure in Base64."""
    if _PEM_IN_BASE64.search(b"".join(text.split())):
        return "a private key (PEM in Base64)"
    read_to = beginnings = 0
    for match in _BASE64_START.finditer(text):
        start = match.start()
        head = _decoded(text[start : start + _HEAD_LENGTH])
        beginnings += _PLAIN.match(head) is not None
        kind = _in_head(head) if beginnings < _MOST_BEGINNINGS else _FULL_OF_BEGINNINGS
        body = _BASE64_BODY.match(text, start) if not kind and start >= read_to else None
        if body:
            read_to = body.end()
            kind = _in_der(_decoded(body[0]))
        if kind:
            return kind
    return None


def _in_head(head: bytes) -> str | None:
    if _PKCS12.match(head):
        return "a PKCS#12 container (.p12, .pfx), which is made for private keys"
    if _ENCRYPTED.search(head, 0, 48):
        return "an encrypted private key"
    return _plain_key(head, 0) if _PLAIN.match(head) else None


def _decoded(text: bytes) -> bytes:
    letters = _NOT_BASE64.sub(b"", text.replace(b"-", b"+").replace(b"_", b"/"))
    return base64.b64decode(letters[: len(letters) // 4 * 4])


def _in_hexadecimal(text: bytes) -> str | None:
    """A key in a long word of digits, or in a text of nothing but digits and what stands between them."""
    digits = _BETWEEN_DIGITS.sub(b"", text)
    words = [digits] if _ONLY_DIGITS.fullmatch(digits) else _LONG_NUMBER.findall(text)
    for word in words:
        content = bytes.fromhex(word[: len(word) // 2 * 2].decode("ascii"))
        kind = _in_text(content, content) or _in_der(content)
        if kind:
            return kind
    return None


def _in_percent_escapes(text: bytes) -> str | None:
    """As in an address or a form: gateways hand PEM on like that."""
    if not _PERCENT.search(text):
        return None
    plain = unquote_to_bytes(text)
    return _in_text(plain, plain) or _in_base64(plain)
