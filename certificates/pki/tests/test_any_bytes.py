"""Whatever bytes arrive, the reader answers, and no certificate leaves a file that holds a private key."""

import base64

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.pki.judgement import judge
from certificates.pki.reading import read
from certificates.testing.hierarchy import ISSUING, NOW, PARTNER, ec_key, rsa_key

PKCS7 = pkcs7.serialize_certificates([PARTNER.certificate, ISSUING.certificate], Encoding.DER)
SEEDS = st.sampled_from([PARTNER.der, PARTNER.pem.encode(), PKCS7, PARTNER.chain_pem.encode("utf-16")])
FORMS = st.sampled_from([PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
KEYS = st.one_of(st.integers(1, 2**200).map(ec_key), st.just(rsa_key(2048)))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with some bytes replaced, taken out or put in."""
    data = bytearray(draw(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        data[start : start + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(data)


@st.composite
def with_a_key(draw: st.DrawFn) -> bytes:
    """A private key somewhere between certificates and noise, as PEM, DER or bare Base64."""
    key, form = draw(KEYS), draw(FORMS)
    der = key.private_bytes(Encoding.DER, form, NoEncryption())
    shape = draw(st.sampled_from(["pem", "der", "base64", "wrong label", "one line"]))
    secret = {
        "pem": key.private_bytes(Encoding.PEM, form, NoEncryption()),
        "der": der,
        "base64": base64.encodebytes(der),
        "one line": base64.b64encode(der),
        "wrong label": b"-----BEGIN CERTIFICATE-----\n"
        + base64.encodebytes(der)
        + b"-----END CERTIFICATE-----\n",
    }[shape]
    around = st.lists(
        st.sampled_from([PARTNER.pem.encode(), ISSUING.pem.encode(), b"Hello,\r\n", b"\n\n", PARTNER.der]),
        max_size=3,
    ).map(b"\n".join)
    mixture = draw(around) + b"\n" + secret + b"\n" + draw(around)
    if shape != "der" and PARTNER.der not in mixture and draw(st.booleans()):
        return mixture.decode("ascii").encode(draw(st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"])))
    return mixture


@given(st.one_of(st.binary(max_size=4000), damaged()))
@settings(max_examples=400, deadline=None)
def test_it_never_raises(data: bytes) -> None:
    report = judge([("anything", data)], NOW)
    assert report.certificates or not report.accepted
    assert report.findings or report.certificates


@given(with_a_key())
@settings(max_examples=400, deadline=None)
def test_it_never_returns_certificates_beside_a_key(data: bytes) -> None:
    reading = read(data, "mixture")
    assert reading.certificates == ()
    assert [finding.code for finding in reading.findings] == ["PRIVATE_KEY_SENT"]


@given(st.integers(1, 2**200))
@settings(max_examples=100, deadline=None)
def test_it_sees_no_key_in_a_public_key(number: int) -> None:
    public = ec_key(number).public_key()
    data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert [finding.code for finding in read(data, "public").findings] == ["DECODE"]
