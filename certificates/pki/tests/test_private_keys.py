"""A private key is found in every encoding, and the file is refused whole."""

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from certificates.pki.reading import private_key_in, read
from certificates.pki.tests.stories import said
from certificates.testing.hierarchy import ISSUING, PARTNER, STRANGER, Identity, ec_key, rsa_1024, rsa_key

SECRET = BestAvailableEncryption(b"pw")
PUTTY = b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 2\nPrivate-Lines: 1\nAAAA\n"
JWK = b'{"kty":"EC","crv":"P-256","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}'


def encodings() -> dict[str, bytes]:
    found = {"PuTTY": PUTTY, "JWK": JWK}
    for algorithm, key in (("EC", ec_key(3)), ("EC small", ec_key(1)), ("RSA", rsa_key(2048))):
        for form, label in ((PrivateFormat.PKCS8, "PKCS8"), (PrivateFormat.TraditionalOpenSSL, "old")):
            found[f"{algorithm} {label} PEM"] = key.private_bytes(Encoding.PEM, form, NoEncryption())
            found[f"{algorithm} {label} PEM with a password"] = key.private_bytes(Encoding.PEM, form, SECRET)
            found[f"{algorithm} {label} DER"] = key.private_bytes(Encoding.DER, form, NoEncryption())
        found[f"{algorithm} DER with a password"] = key.private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, SECRET
        )
        found[f"{algorithm} OpenSSH"] = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return found


KEYS = encodings()
WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "alone": lambda key: key,
    "before a certificate": lambda key: key + b"\n" + PARTNER.pem.encode(),
    "after DER": lambda key: PARTNER.der + key,
    "between certificates": lambda key: PARTNER.pem.encode() + b"\n" + key + b"\n" + ISSUING.pem.encode(),
    "in Base64": lambda key: b"see below\n" + base64.encodebytes(key) if key[0] == 0x30 else key,
    "labelled as a certificate": lambda key: (
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(key) + b"-----END CERTIFICATE-----\n"
        if key[0] == 0x30
        else key
    ),
    "in UTF-16": lambda key: key.decode().encode("utf-16") if key[0] != 0x30 else key,
    "in UTF-16 without a mark": lambda key: key.decode().encode("utf-16-be") if key[0] != 0x30 else key,
    "with line ends written out": lambda key: key.replace(b"\n", b"\\n") if key[0] != 0x30 else key,
    "in hexadecimal": lambda key: key.hex().encode() if key[0] == 0x30 else key,
    "in hexadecimal with colons": lambda key: key.hex(":").encode() if key[0] == 0x30 else key,
    "PEM in Base64": lambda key: base64.b64encode(key) if b"-----" in key else key,
    "PEM in Base64 in lines, shifted": lambda key: base64.encodebytes(b"x" + key) if b"-----" in key else key,
    "PEM in UTF-16 in Base64, shifted": lambda key: (
        base64.b64encode(b"xy" + key.decode().encode("utf-16-le")) if b"-----" in key else key
    ),
    "in hexadecimal as a list": lambda key: ", ".join(f"0x{byte:02x}" for byte in key).encode(),
    "PEM in hexadecimal": lambda key: b"key: " + key.hex().encode() if b"-----" in key else key,
    "escaped as in an address": lambda key: quote(key).encode() if b"-----" in key else key,
    "escaped as in a form": lambda key: quote_plus(key).encode() if b"-----" in key else key,
    "cut off early": lambda key: key[: max(60, len(key) // 4)] if key[0] == 0x30 else key,
    "cut off": lambda key: key[: len(key) * 2 // 3],
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS.keys())
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_it_refuses_the_whole_file(key: bytes, wrap: Callable[[bytes], bytes]) -> None:
    reading = read(wrap(key), "all.pem")
    assert reading.certificates == ()
    assert said(list(reading.findings)) == [("PRIVATE_KEY_SENT", "error")]


def test_it_never_repeats_any_of_the_key() -> None:
    finding = read(KEYS["EC PKCS8 PEM"], "key.pem").findings[0]
    body = KEYS["EC PKCS8 PEM"].decode().splitlines()[1]
    assert not any(body[at : at + 8] in repr(finding) for at in range(len(body) - 8))


@pytest.mark.skipif(shutil.which("keytool") is None, reason="needs Java's keytool")
def test_it_finds_the_key_of_a_java_keystore(tmp_path: Path) -> None:
    pfx, jks = tmp_path / "all.p12", tmp_path / "all.jks"
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_text(PARTNER.pem)
    key.write_text(PARTNER.key_pem)
    export = f"openssl pkcs12 -export -in {chain} -inkey {key} -passout pass:secret -out {pfx}"
    convert = (
        f"keytool -importkeystore -noprompt -srckeystore {pfx} -srcstoretype PKCS12 -srcstorepass secret "
        f"-destkeystore {jks} -deststoretype JKS -deststorepass secret"
    )
    for command in (export, convert):
        subprocess.run(command.split(), check=True, capture_output=True)
    assert private_key_in(jks.read_bytes()) == "an encrypted private key"


@pytest.mark.parametrize("identity", [PARTNER, ISSUING, STRANGER, rsa_1024()])
def test_it_takes_no_certificate_for_a_key(identity: Identity) -> None:
    for data in (identity.der, identity.pem.encode(), identity.chain_pem.encode("utf-16")):
        assert private_key_in(data) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "In the end the new private key was made in our HSM.",
        "We begin with a fresh private key, the old one ends: private key and all.",
        "100 % of it, at the end private keys are rotated 50%25.",
    ],
)
def test_it_lets_a_sentence_speak_of_the_end_of_a_private_key(sentence: str) -> None:
    assert private_key_in(sentence.encode()) is None


def test_it_finds_a_label_in_small_letters() -> None:
    assert private_key_in(b"-----begin rsa private key-----") == "an RSA private key (PKCS#1)"
