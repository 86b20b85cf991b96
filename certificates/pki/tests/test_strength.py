"""Keys and signatures that are too weak, or that the gateway cannot use."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import ISSUING, ROOT, SHA1_SIGNED, ec_key, make, rsa_1024, rsa_key

EDWARDS = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))


def test_it_refuses_rsa_under_2048_bits() -> None:
    assert said(sent(rsa_1024(), ISSUING, ROOT)) == [("RSA_SHORT", "error")]


def test_it_warns_about_rsa_under_3000_bits() -> None:
    assert said(sent(make("a", key=rsa_key(2048)))) == [("RSA_LEGACY", "warning")]


def test_it_has_nothing_against_rsa_3072() -> None:
    assert said(sent(make("a", key=rsa_key(3072)))) == []


@pytest.mark.parametrize(
    "key", [ec_key(1, ec.SECP521R1()), ec_key(1, ec.SECP256K1()), ec_key(1, ec.SECP224R1()), EDWARDS]
)
def test_it_refuses_client_keys_that_the_gateway_cannot_use(key: ec.EllipticCurvePrivateKey) -> None:
    assert said(sent(make("a", key=key))) == [("LEAF_KEY_TYPE", "error")]


@pytest.mark.parametrize("key", [ec_key(1, ec.SECP224R1()), EDWARDS])
def test_it_refuses_ca_keys_that_the_gateway_cannot_use(key: ec.EllipticCurvePrivateKey) -> None:
    assert said(sent(make("a", key=key, ca=True))) == [("CA_KEY_TYPE", "error")]


def test_it_accepts_a_ca_on_p_521() -> None:
    assert said(sent(make("a", key=ec_key(1, ec.SECP521R1()), ca=True))) == []


def test_it_refuses_a_leaf_signed_with_sha_1_and_still_sees_its_issuer() -> None:
    report = sent(SHA1_SIGNED, ISSUING, ROOT)
    assert said(report) == [("HASH_WEAK", "error")]
    assert report.certificates[2].link == "sound"


def test_it_refuses_an_intermediate_signed_with_sha_1() -> None:
    intermediate = make("old issuing CA", ROOT, ca=True, sha1=True)
    assert said(sent(intermediate, ROOT)) == [("HASH_WEAK", "error")]


def test_it_never_judges_the_signature_of_a_root_on_itself() -> None:
    report = sent(make("old root", ca=True, sha1=True))
    assert said(report) == []
    assert report.certificates[0].link == "self_signed"
