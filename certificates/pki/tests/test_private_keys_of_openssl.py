"""A private key is found in what OpenSSL writes and prints, alone and mixed with certificates."""

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from certificates.pki.reading import private_key_in, read
from certificates.testing.hierarchy import PARTNER, make, rsa_key

RSA, EC = make("a", key=rsa_key(2048)).key_pem, PARTNER.key_pem
MIXTURES: dict[str, Callable[[bytes], bytes]] = {
    "alone": lambda secret: secret,
    "before a certificate": lambda secret: secret + b"\n" + PARTNER.pem.encode(),
    "after a certificate": lambda secret: PARTNER.pem.encode() + b"\n" + secret,
    "in Base64": base64.encodebytes,
}


def openssl(*arguments: str, given: str = "") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], check=True, capture_output=True, input=given.encode()
    ).stdout


@pytest.mark.parametrize("mix", MIXTURES.values(), ids=MIXTURES.keys())
@pytest.mark.parametrize("form", ["DER", "MSBLOB", "PVK"])
def test_it_finds_a_key_in_every_binary_form(form: str, mix: Callable[[bytes], bytes]) -> None:
    options = ["-pvk-none"] if form == "PVK" else []
    secret = openssl("rsa", "-outform", form, *options, given=RSA)
    reading = read(mix(secret), "upload")
    assert reading.certificates == ()
    assert [finding.code for finding in reading.findings] == ["PRIVATE_KEY_SENT"]


@pytest.mark.parametrize("key", [RSA, EC], ids=["RSA", "EC"])
def test_it_finds_a_key_that_was_printed(key: str) -> None:
    text = openssl("pkey", "-text", "-noout", given=key)
    assert private_key_in(text) == "a private key as OpenSSL prints it"
    assert read(text + PARTNER.pem.encode(), "upload").certificates == ()


@pytest.mark.parametrize("key", [RSA, EC], ids=["RSA", "EC"])
def test_it_takes_no_printed_public_key_or_certificate_for_one(key: str) -> None:
    assert private_key_in(openssl("pkey", "-text", "-noout", "-pubout", given=key)) is None
    assert private_key_in(openssl("x509", "-text", given=PARTNER.pem)) is None


def test_it_finds_a_key_in_dotnet_xml() -> None:
    assert private_key_in(b"<RSAKeyValue><Modulus>AQAB</Modulus><D>c2VjcmV0c2VjcmV0</D></RSAKeyValue>")
    assert private_key_in(b"<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>") is None


@pytest.mark.parametrize("around", ["{p7b}{key}", "{key}{p7b}", "{pem}{p7b}{key}{pem}"])
def test_it_finds_a_key_beside_a_p7b(around: str, tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    chain.write_text(PARTNER.chain_pem)
    p7b = openssl("crl2pkcs7", "-nocrl", "-certfile", str(chain)).decode()
    reading = read(around.format(p7b=p7b, key=EC, pem=PARTNER.pem).encode(), "upload")
    assert reading.certificates == ()
    assert [finding.code for finding in reading.findings] == ["PRIVATE_KEY_SENT"]
