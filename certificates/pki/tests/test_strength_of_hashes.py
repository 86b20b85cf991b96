"""Hashes in signatures: MD5 and SHA-1 block, SHA-224 warns, and nobody minds a root's signature on itself."""

import pytest

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import ISSUING, PARTNER, ROOT, make, rsa_key
from certificates.testing.raw import Hash, resigned

RSA_ROOT = make("RSA Root", ca=True, key=rsa_key(3072))


@pytest.mark.parametrize(
    ("algorithm", "code"), [("md5", "HASH_WEAK"), ("sha1", "HASH_WEAK"), ("sha224", "HASH_224")]
)
def test_it_judges_the_hash_of_a_leaf_and_of_an_intermediate(algorithm: Hash, code: str) -> None:
    severity = "warning" if code == "HASH_224" else "error"
    assert said(sent(resigned(make("a", RSA_ROOT), algorithm=algorithm), RSA_ROOT)) == [(code, severity)]
    ca = resigned(make("CA", RSA_ROOT, ca=True), algorithm=algorithm)
    assert said(sent(make("a", ca), ca, RSA_ROOT)) == [(code, severity)]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224"])
def test_it_never_judges_the_hash_of_a_self_signature(algorithm: Hash) -> None:
    assert said(sent(resigned(RSA_ROOT, algorithm=algorithm))) == []
    assert said(sent(resigned(make("a", key=rsa_key(3072)), algorithm=algorithm))) == []


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_it_has_nothing_against_stronger_hashes(algorithm: Hash) -> None:
    assert said(sent(resigned(PARTNER, algorithm=algorithm), ISSUING, ROOT)) == []
