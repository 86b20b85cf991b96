"""A PEM file in Base64, as in the secrets of Kubernetes, hides no private key."""

import base64

import pytest

from certificates.pki.reading import private_key_in, read
from certificates.testing.hierarchy import PARTNER

SECRET = f"""apiVersion: v1
kind: Secret
data:
  tls.crt: {base64.b64encode(PARTNER.pem.encode()).decode()}
  tls.key: {base64.b64encode(PARTNER.key_pem.encode()).decode()}
"""


def test_it_finds_the_key_of_a_kubernetes_secret() -> None:
    assert private_key_in(SECRET.encode()) == "a private key (PEM in Base64)"


@pytest.mark.parametrize("shift", [b"", b"\n", b"# "])
def test_it_finds_the_words_wherever_they_begin(shift: bytes) -> None:
    inside = base64.encodebytes(shift + PARTNER.pem.encode() + PARTNER.key_pem.encode())
    reading = read(inside, "all.b64")
    assert reading.certificates == ()
    assert [finding.code for finding in reading.findings] == ["PRIVATE_KEY_SENT"]


def test_it_has_nothing_against_certificates_in_base64() -> None:
    assert private_key_in(base64.encodebytes(PARTNER.chain_pem.encode())) is None
    assert len(read(base64.encodebytes(PARTNER.chain_pem.encode()), "chain.b64").certificates) == 3
