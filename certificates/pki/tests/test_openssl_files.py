"""The reader understands what OpenSSL really writes."""

import subprocess
from pathlib import Path

import pytest

from certificates.pki.reading import Reading, private_key_in, read
from certificates.testing.hierarchy import ISSUING, PARTNER, ROOT


def openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def fingerprints(reading: Reading) -> set[str]:
    return {certificate.fingerprint for certificate in reading.certificates}


@pytest.fixture
def chain(tmp_path: Path) -> str:
    path = tmp_path / "chain.pem"
    path.write_text(PARTNER.chain_pem)
    return str(path)


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_it_reads_a_p7b(chain: str, form: str) -> None:
    reading = read(openssl("crl2pkcs7", "-nocrl", "-certfile", chain, "-outform", form), "chain.p7b")
    assert fingerprints(reading) == {PARTNER.fingerprint, ISSUING.fingerprint, ROOT.fingerprint}
    assert reading.findings == ()


@pytest.mark.parametrize(
    "options", [("-outform", "DER"), ("-text",), ("-trustout", "-addtrust", "clientAuth")]
)
def test_it_reads_what_the_x509_command_writes(chain: str, options: tuple[str, ...]) -> None:
    reading = read(openssl("x509", "-in", chain, *options), "partner.crt")
    assert fingerprints(reading) == {PARTNER.fingerprint}
    assert reading.findings == ()


@pytest.mark.parametrize("options", [(), ("-keypbe", "NONE", "-certpbe", "NONE"), ("-legacy",), ("-nomac",)])
def test_it_refuses_a_p12_unopened(chain: str, tmp_path: Path, options: tuple[str, ...]) -> None:
    key = tmp_path / "key.pem"
    key.write_text(PARTNER.key_pem)
    pfx = openssl("pkcs12", "-export", "-in", chain, "-inkey", str(key), "-passout", "pass:pw", *options)
    reading = read(pfx, "partner.pfx")
    assert reading.certificates == ()
    assert [finding.code for finding in reading.findings] == ["PRIVATE_KEY_SENT"]
    assert private_key_in(pfx) == "a PKCS#12 container (.p12, .pfx), which is made for private keys"


def test_it_refuses_a_p12_turned_into_pem(chain: str, tmp_path: Path) -> None:
    key, pfx = tmp_path / "key.pem", tmp_path / "partner.pfx"
    key.write_text(PARTNER.key_pem)
    openssl("pkcs12", "-export", "-in", chain, "-inkey", str(key), "-passout", "pass:pw", "-out", str(pfx))
    text = openssl("pkcs12", "-in", str(pfx), "-passin", "pass:pw", "-nodes")
    assert read(text, "partner.pem").certificates == ()


def test_it_reads_the_certificates_of_a_signed_message(chain: str, tmp_path: Path) -> None:
    key, message = tmp_path / "key.pem", tmp_path / "message"
    key.write_text(PARTNER.key_pem)
    message.write_text("Good morning")
    signed = openssl(
        "cms", "-sign", "-nodetach", "-binary", "-in", str(message), "-signer", chain, "-inkey", str(key),
        "-outform", "DER", "-stream",
    )  # fmt: skip
    assert fingerprints(read(signed, "message.p7m")) == {PARTNER.fingerprint}


def test_it_gives_no_certificate_from_a_signed_message_around_a_key(chain: str, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(PARTNER.key_pem)
    inner = tmp_path / "key.der"
    inner.write_bytes(openssl("pkey", "-in", str(key), "-outform", "DER"))
    for form in ("DER", "PEM"):
        signed = openssl(
            "cms", "-sign", "-nodetach", "-binary", "-in", str(inner), "-signer", chain, "-inkey", str(key),
            "-outform", form,
        )  # fmt: skip
        reading = read(signed, "message.p7m")
        assert reading.certificates == ()
        assert [finding.code for finding in reading.findings] == ["PRIVATE_KEY_SENT"]
