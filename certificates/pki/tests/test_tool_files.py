"""The reader understands, or names, what keytool and OpenSSL write and what people then do to it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from certificates.pki.reading import Reading, read
from certificates.testing.hierarchy import ISSUING, PARTNER, ROOT

needs_keytool = pytest.mark.skipif(shutil.which("keytool") is None, reason="needs Java's keytool")
STORE = ["-storepass", "secret", "-keystore"]


def run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def names(reading: Reading) -> set[str]:
    return {certificate.common_name for certificate in reading.certificates}


@pytest.fixture
def chain(tmp_path: Path) -> str:
    path = tmp_path / "chain.pem"
    path.write_text(PARTNER.chain_pem)
    return str(path)


@pytest.fixture
def java(tmp_path: Path) -> str:
    """A Java keystore with a key pair that keytool made."""
    path = str(tmp_path / "pair.p12")
    pair = ["-genkeypair", "-alias", "pair", "-keyalg", "EC", "-dname", "CN=java.example", "-validity", "90"]
    run("keytool", *pair, *STORE, path)
    return path


@needs_keytool
@pytest.mark.parametrize("form", [(), ("-rfc",)])
def test_it_reads_a_certificate_that_keytool_exported(java: str, form: tuple[str, ...]) -> None:
    reading = read(run("keytool", "-exportcert", "-alias", "pair", *form, *STORE, java), "java.cer")
    assert names(reading) == {"java.example"}
    assert reading.findings == ()


@needs_keytool
def test_it_reads_what_keytool_prints(chain: str) -> None:
    reading = read(run("keytool", "-printcert", "-rfc", "-file", chain), "printed.txt")
    assert len(reading.certificates) == 3
    assert reading.findings == ()


@needs_keytool
def test_it_names_a_request_that_keytool_wrote(java: str) -> None:
    request = run("keytool", "-certreq", "-alias", "pair", *STORE, java)
    assert "certificate signing request" in read(request, "java.csr").findings[0].sentence


@needs_keytool
@pytest.mark.parametrize(
    ("kind", "word"), [("JKS", "Java keystore"), ("JCEKS", "Java keystore"), ("PKCS12", "PKCS#12")]
)
def test_it_names_a_truststore_of_keytool(chain: str, tmp_path: Path, kind: str, word: str) -> None:
    store = str(tmp_path / "trust")
    run("keytool", "-importcert", "-noprompt", "-file", chain, "-storetype", kind, *STORE, store)
    reading = read(Path(store).read_bytes(), "trust.jks")
    assert reading.certificates == ()
    assert word in reading.findings[0].sentence


def test_it_reads_what_openssl_prints_from_a_p7b(chain: str, tmp_path: Path) -> None:
    p7b = tmp_path / "chain.p7b"
    p7b.write_bytes(run("openssl", "crl2pkcs7", "-nocrl", "-certfile", chain))
    text = run("openssl", "pkcs7", "-in", str(p7b), "-print_certs", "-text")
    assert len(read(text, "chain.txt").certificates) == 3


@pytest.mark.parametrize("label", [b"CERTIFICATE", b"CMS", b"PKCS #7 SIGNED DATA"])
def test_it_reads_a_p7b_of_openssl_under_another_label(chain: str, label: bytes) -> None:
    p7b = run("openssl", "crl2pkcs7", "-nocrl", "-certfile", chain)
    reading = read(p7b.replace(b"PKCS7", label), "chain.p7b")
    assert len(reading.certificates) == 3
    assert reading.findings == ()


def test_it_reads_a_p7b_with_a_revocation_list_inside(chain: str, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    (tmp_path / "crlnumber").write_text("01\n")
    (tmp_path / "key").write_text(ROOT.key_pem)
    (tmp_path / "root").write_text(ROOT.pem)
    settings = f"[ca]\ndefault_ca=x\n[x]\ndatabase={tmp_path}/index\ndefault_md=sha256\ndefault_crl_days=7\n"
    (tmp_path / "config").write_text(settings)
    files = ["-cert", str(tmp_path / "root"), "-keyfile", str(tmp_path / "key")]
    crl = tmp_path / "root.crl"
    crl.write_bytes(run("openssl", "ca", "-gencrl", "-config", str(tmp_path / "config"), *files))
    assert "revocation list" in read(crl.read_bytes(), "root.crl").findings[0].sentence
    both = run("openssl", "crl2pkcs7", "-in", str(crl), "-certfile", chain)
    assert len(read(both, "both.p7b").certificates) == 3


@pytest.mark.parametrize(
    "mistreat",
    [
        lambda pem: pem.replace("\n", "\\r\\n").encode(),
        lambda pem: pem.replace("-----", "\u2014\u2014").encode(),
        lambda pem: pem.replace("-----", "\u2013" * 5).replace("\n", "\r\n\r\n").encode("utf-16"),
        lambda pem: pem.replace("\n", " ").encode(),
        lambda pem: ("Hello,\n" + pem).replace("\n", "\r\n> > ").encode(),
        lambda pem: pem.replace("\n", "\r").encode("utf-16-le"),
        lambda pem: ('{"certificate": "' + pem.replace("\n", "\\n") + '"}').encode(),
        lambda pem: pem.replace("\n", "\n   \t").encode("utf-8-sig"),
        lambda pem: pem.replace("BEGIN CERTIFICATE", "BEGIN TRUSTED CERTIFICATE").replace(
            "END CERTIFICATE", "END TRUSTED CERTIFICATE"
        ).encode(),
    ],
    ids=["CR LF written out", "long dashes", "dashes, blank lines, UTF-16", "one line", "quoted",
         "CR only, UTF-16", "in JSON", "indented after a mark", "trusted label, nothing after it"],
)  # fmt: skip
def test_it_reads_three_certificates_that_people_handled_roughly(mistreat: Callable[[str], bytes]) -> None:
    reading = read(mistreat(PARTNER.chain_pem), "rough.txt")
    sent = {identity.fingerprint for identity in (PARTNER, ISSUING, ROOT)}
    assert {certificate.fingerprint for certificate in reading.certificates} == sent
    assert reading.findings == ()


@pytest.mark.parametrize("tail", [b"\n", b"\r\n", b"\0", b"\n\n\n"])
def test_it_reads_two_der_certificates_in_a_row_with_blank_bytes_after_them(tail: bytes) -> None:
    reading = read(PARTNER.der + ISSUING.der + tail, "two.der")
    assert len(reading.certificates) == 2
    assert reading.findings == ()


def test_it_reads_a_hex_dump_with_colons_and_line_ends() -> None:
    digits = PARTNER.der.hex(":", 1).upper()
    lines = "\n".join(digits[at : at + 48] for at in range(0, len(digits), 48))
    assert names(read(lines.encode(), "dump.txt")) == {"partner.example"}
