"""A certificate is decoded completely, and in words that people use."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from certificates.pki.certificate import Certificate, Undecodable
from certificates.pki.tests.stories import decoded
from certificates.testing.hierarchy import (
    ISSUING,
    PARTNER,
    ROOT,
    SELF_SIGNED,
    ec_key,
    make,
    rsa_key,
)


def test_it_reads_every_field() -> None:
    partner = decoded(PARTNER)
    assert partner.fingerprint == PARTNER.fingerprint
    assert partner.subject == "O=Partner, CN=partner.example"
    assert partner.issuer == "O=Harbour, CN=Harbour Issuing CA"
    assert partner.common_name == "partner.example"
    assert partner.serial == f"{PARTNER.certificate.serial_number:x}"
    assert partner.not_before == datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert partner.not_after == datetime(2027, 10, 23, 12, tzinfo=UTC)
    assert (partner.key, partner.signature_hash) == ("EC P-256", "sha256")
    assert (partner.is_ca, partner.self_issued, partner.self_signed) == (False, False, False)
    assert partner.san == ("DNS:partner.example",)
    assert partner.extended_key_usage == ("clientAuth",)
    assert partner.key_usage == ("digitalSignature",)
    assert partner.aki == decoded(ISSUING).ski != ""
    assert partner.pem == PARTNER.pem


def test_it_tells_the_kinds_apart() -> None:
    kinds = [decoded(identity).kind for identity in (PARTNER, ISSUING, ROOT, SELF_SIGNED)]
    assert kinds == ["leaf", "intermediate", "root", "leaf"]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (rsa_key(2048), "RSA 2048"),
        (ec_key(1, ec.SECP384R1()), "EC P-384"),
        (ec_key(1, ec.SECP256K1()), "EC secp256k1"),
        (ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)), "Ed25519"),
    ],
)
def test_it_names_the_key(key: ec.EllipticCurvePrivateKey, shown: str) -> None:
    assert decoded(make("a", key=key)).key == shown


def test_it_calls_a_nameless_certificate_by_the_next_best_thing() -> None:
    organization = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Partner AG")])
    nobody = x509.Name([])
    san = [x509.DNSName("a.example")]
    assert decoded(make("a", subject=organization)).common_name == "Partner AG"
    assert decoded(make("a", subject=nobody, san=san)).common_name == "a.example"
    assert decoded(make("a", subject=nobody, serial=255, san=())).common_name == "serial ff"


def test_it_shows_no_control_characters() -> None:
    assert decoded(make("a\n\u202eb")).subject == "CN=a\ufffd\ufffdb"


def test_it_trusts_a_self_signature_only_when_it_verifies() -> None:
    broken = bytearray(SELF_SIGNED.der)
    broken[-1] ^= 1
    certificate = Certificate.from_der(bytes(broken))
    assert (certificate.self_issued, certificate.self_signed) == (True, False)


def test_it_is_the_same_certificate_when_the_bytes_are() -> None:
    assert len({decoded(PARTNER), decoded(PARTNER), decoded(ROOT)}) == 2


ECDSA_SHA256, ECDSA_SHA384 = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040303")
TWICE = bytes.fromhex(
    "0603551d0e"
)  # the subject key identifier, renamed to a second authority key identifier


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (b"", "broken"),
        (PARTNER.der[:-1], "broken"),
        (PARTNER.der + b"\0", "broken"),
        (PARTNER.der.replace(ECDSA_SHA256, ECDSA_SHA384, 1), "two different signature algorithms"),
        (PARTNER.der.replace(TWICE, bytes.fromhex("0603551d23"), 1), "appears twice"),
    ],
    ids=["empty", "cut off", "a byte too many", "two algorithms", "extension twice"],
)
def test_it_refuses_what_cannot_be_read_to_the_end(der: bytes, reason: str) -> None:
    with pytest.raises(Undecodable, match=reason):
        Certificate.from_der(der)
