"""A server key with its certificates, as files that people have."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import DNSName

from certificates.pki.certificate import Certificate
from certificates.pki.server_keys import Unfit, check, covers, dns_names, read_pem, read_pkcs12
from certificates.testing.builder import NOW
from certificates.testing.hierarchy import DAY, ISSUING, PARTNER, ROOT, SERVER, SERVER_ONLY, make, rsa_key

KEY = SERVER_ONLY.key_pem.encode()
SHUFFLED = (ROOT.pem + ISSUING.pem + SERVER_ONLY.pem).encode()


def test_it_puts_the_chain_in_order_and_leaves_the_root_out() -> None:
    pair = read_pem(KEY, SHUFFLED)
    assert [each.fingerprint for each in pair.chain] == [SERVER_ONLY.fingerprint, ISSUING.fingerprint]
    check(pair, NOW)


def test_it_takes_certificates_that_stand_in_the_file_of_the_key() -> None:
    pair = read_pem(SHUFFLED + KEY, b"")
    assert pair.chain_pem == SERVER_ONLY.pem + ISSUING.pem


def test_it_opens_an_encrypted_key_with_its_password() -> None:
    sealed = SERVER_ONLY.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"harbour"),
    )
    assert read_pem(sealed, SHUFFLED, "harbour").key_pem == SERVER_ONLY.key_pem
    for password, words in (("", "encrypted"), ("wrong", "does not open")):
        with pytest.raises(Unfit, match=words) as refusal:
            read_pem(sealed, SHUFFLED, password)
        assert refusal.value.field == "password"


def test_it_opens_pkcs12_with_its_password() -> None:
    data = pkcs12.serialize_key_and_certificates(
        b"api",
        SERVER_ONLY.key,
        SERVER_ONLY.certificate,
        [ISSUING.certificate],
        serialization.BestAvailableEncryption(b"harbour"),
    )
    assert read_pkcs12(data, "harbour").chain_pem == SERVER_ONLY.pem + ISSUING.pem
    with pytest.raises(Unfit, match="password"):
        read_pkcs12(data, "wrong")


def test_it_refuses_a_key_of_another_certificate() -> None:
    with pytest.raises(Unfit, match=r"belongs to none of these certificates: partner\.example") as refusal:
        read_pem(KEY, PARTNER.pem.encode())
    assert refusal.value.field == "key"


def test_it_refuses_a_short_key() -> None:
    short = make("short.example", ISSUING, key=rsa_key(1024), eku=[SERVER])
    with pytest.raises(Unfit, match="1024 bits"):
        read_pem(short.key_pem.encode(), short.pem.encode())


def test_it_refuses_a_curve_that_the_gateway_does_not_know() -> None:
    odd = make("odd.example", ISSUING, key=ec.generate_private_key(ec.SECP256K1()), eku=[SERVER])
    with pytest.raises(Unfit, match="cannot use a key of this kind"):
        read_pem(odd.key_pem.encode(), odd.pem.encode())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"end": NOW - DAY}, "expired on 21 November 2026"),
        ({"start": NOW + DAY}, "not valid before 23 November 2026"),
        ({"eku": "usual"}, "clientAuth only, not by a server"),
        ({"san": ()}, "names no DNS name"),
        ({"sha1": True}, "SHA-1"),
    ],
)
def test_it_refuses_a_certificate_that_cannot_prove_a_server(fault: dict[str, Any], words: str) -> None:
    start = {"start": NOW - 30 * DAY}
    odd = make("odd.example", ISSUING, **{"eku": [SERVER], **start, **fault})
    with pytest.raises(Unfit, match=words):
        check(read_pem(odd.key_pem.encode(), odd.pem.encode()), NOW)


@pytest.mark.parametrize("junk", [b"", b"\0\1", b"hello", KEY[:90], KEY + KEY, SHUFFLED])
def test_it_refuses_junk_without_repeating_it(junk: bytes) -> None:
    with pytest.raises(Unfit) as refusal:
        read_pem(junk, SHUFFLED)
    assert refusal.value.__cause__ is None
    assert "BEGIN" not in str(refusal.value)


def test_it_prints_no_key() -> None:
    assert "PRIVATE" not in repr(read_pem(KEY, SHUFFLED))


def test_a_wildcard_stands_for_one_label() -> None:
    names = dns_names(
        Certificate.from_der(make("w", ISSUING, san=[DNSName("*.Example.com"), DNSName("example.com")]).der)
    )
    assert covers(names, "api.example.com")
    assert covers(names, "example.com")
    assert not covers(names, "a.b.example.com")
    assert not covers(names, "api.example.org")
