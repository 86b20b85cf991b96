"""The reader takes a certificate in every wrapping that people send."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from certificates.pki.reading import read
from certificates.testing.hierarchy import ISSUING, PARTNER

PEM = PARTNER.pem
PKCS7_DER = pkcs7.serialize_certificates([PARTNER.certificate, ISSUING.certificate], Encoding.DER)
PKCS7_PEM = pkcs7.serialize_certificates([PARTNER.certificate, ISSUING.certificate], Encoding.PEM)

ONE = {
    "PEM": PEM.encode(),
    "Windows line ends": PEM.replace("\n", "\r\n").encode(),
    "old Mac line ends": PEM.replace("\n", "\r").encode(),
    "byte order mark": b"\xef\xbb\xbf" + PEM.encode(),
    "UTF-16 with mark": PEM.encode("utf-16"),
    "UTF-16, little end first, no mark": PEM.encode("utf-16-le"),
    "UTF-16, big end first, no mark": PEM.encode("utf-16-be"),
    "mail around it": f"Hello,\n\nhere it is:\n\n> not this\n{PEM}\n-- \nKind regards".encode(),
    "openssl s_client output": f"0 s:O = Partner\n   i:O = Harbour\n{PEM}---\nServer certificate\n".encode(),
    "indented": b"".join(b"    " + line + b"\n" for line in PEM.encode().splitlines()),
    "blank lines inside": PEM.replace("\n", "\n\n").encode(),
    "line ends written out": PEM.replace("\n", "\\n").encode(),
    "long dashes": PEM.replace("-", "\u2013").encode(),
    "X509 label": PEM.replace("CERTIFICATE", "X509 CERTIFICATE").encode(),
    "no line ends": PEM.replace("\n", "").encode(),
    "DER": PARTNER.der,
    "DER with a line end": PARTNER.der + b"\r\n",
    "bare Base64": base64.b64encode(PARTNER.der),
    "bare Base64 in lines": base64.encodebytes(PARTNER.der),
    "PEM in Base64": base64.b64encode(PEM.encode()),
    "PEM in Base64 in lines": base64.encodebytes(PEM.encode()),
    "hexadecimal": PARTNER.der.hex().encode(),
}
TWO = {
    "PEM": (PEM + ISSUING.pem).encode(),
    "DER, one after the other": PARTNER.der + ISSUING.der,
    "PKCS#7": PKCS7_DER,
    "PKCS#7 in PEM": PKCS7_PEM,
    "PKCS#7 labelled as a certificate": PKCS7_PEM.replace(b"PKCS7", b"CERTIFICATE"),
    "PKCS#7 labelled as CMS": PKCS7_PEM.replace(b"PKCS7", b"CMS"),
    "PKCS#7 in bare Base64": base64.encodebytes(PKCS7_DER),
}


@pytest.mark.parametrize("data", ONE.values(), ids=ONE.keys())
def test_it_reads_one_certificate(data: bytes) -> None:
    reading = read(data, "partner.cer")
    assert [certificate.fingerprint for certificate in reading.certificates] == [PARTNER.fingerprint]
    assert reading.findings == ()


@pytest.mark.parametrize("data", TWO.values(), ids=TWO.keys())
def test_it_reads_several_certificates(data: bytes) -> None:
    reading = read(data, "partner.p7b")
    found = {certificate.fingerprint for certificate in reading.certificates}
    assert found == {PARTNER.fingerprint, ISSUING.fingerprint}
    assert reading.findings == ()


@pytest.mark.parametrize("data", ONE.values(), ids=ONE.keys())
def test_it_passes_on_a_clean_encoding_instead_of_the_senders_text(data: bytes) -> None:
    assert read(data, "partner.cer").certificates[0].pem == PARTNER.pem
