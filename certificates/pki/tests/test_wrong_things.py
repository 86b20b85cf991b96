"""What is sent by mistake is named for what it is."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.pki.reading import read
from certificates.testing.hierarchy import NOW, PARTNER, ROOT, ec_key, name

REQUEST = x509.CertificateSigningRequestBuilder().subject_name(name("a")).sign(ec_key(1), hashes.SHA256())
REVOKED = (
    x509.CertificateRevocationListBuilder()
    .issuer_name(ROOT.certificate.subject)
    .last_update(NOW)
    .next_update(NOW + timedelta(days=7))
    .sign(ec_key(1), hashes.SHA256())
)
PUBLIC = PARTNER.certificate.public_key()

WRONG = {
    "request": (REQUEST.public_bytes(Encoding.PEM), "certificate signing request"),
    "request in DER": (REQUEST.public_bytes(Encoding.DER), "certificate signing request"),
    "request labelled as a certificate": (
        REQUEST.public_bytes(Encoding.PEM).replace(b"CERTIFICATE REQUEST", b"CERTIFICATE"),
        "certificate signing request",
    ),
    "CRL": (REVOKED.public_bytes(Encoding.PEM), "revocation list"),
    "CRL in DER": (REVOKED.public_bytes(Encoding.DER), "revocation list"),
    "public key": (PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "public key"),
    "public key in DER": (PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "public key"),
    "SSH key": (ec_key(1).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b" me", "SSH"),
    "login page": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
    "zip": (b"PK\x03\x04" + bytes(40), "zip archive"),
    "JKS": (b"\xfe\xed\xfe\xed\0\0\0\2", "Java keystore"),
    "Windows store": (b"\0\0\0\0CERT\x0b\0\0\0", "Windows certificate store"),
    "RTF": (b"{\\rtf1 certificate}", "text document"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "nothing": (b"", "empty"),
    "blank lines": (b"\r\n\r\n", "empty"),
    "cut-off PEM": (PARTNER.pem[:400].encode(), "Part of the file is missing"),
    "cut-off DER": (PARTNER.der[:200], "Part of the file is missing"),
    "words": (b"Good morning, please find it attached.", "no certificate"),
    "noise in Base64": (PARTNER.pem.replace("MII", "M*I").encode(), "not valid Base64"),
    "DER with a tail": (PARTNER.der + b"tail", "more bytes after its end"),
}


@pytest.mark.parametrize(("data", "word"), WRONG.values(), ids=WRONG.keys())
def test_it_names_what_was_sent(data: bytes, word: str) -> None:
    finding = read(data, "wrong.cer").findings[0]
    assert finding.code == "DECODE"
    assert finding.severity == "error"
    assert word in finding.sentence
    assert finding.remedy
    assert finding.file == "wrong.cer"


def test_it_keeps_the_certificate_that_came_with_its_request() -> None:
    reading = read(REQUEST.public_bytes(Encoding.PEM) + PARTNER.pem.encode(), "both.pem")
    assert [certificate.fingerprint for certificate in reading.certificates] == [PARTNER.fingerprint]
    assert [finding.severity for finding in reading.findings] == ["warning"]
