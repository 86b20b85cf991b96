"""RSA keys: unusual sizes, unusual exponents, and keys whose private half is public knowledge."""

import pytest

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import Identity, ec_key, make, rsa_key
from certificates.testing.raw import resigned, rsa_public_key

MODULUS = rsa_key(3072).public_key().public_numbers().n
# The first two primes above 2^1536: Fermat's method takes their product apart at once.
CLOSE_PRIMES = (2**1536 + 75, 2**1536 + 1381)


def client(modulus: int = MODULUS, exponent: int = 65537) -> Identity:
    """A client with this RSA key, signed by a key that has nothing to do with it."""
    return resigned(make("client"), rsa_public_key(modulus, exponent), key=ec_key(1))


def without_issuer(identity: Identity) -> list[tuple[str, str]]:
    # These certificates name themselves as issuer and are signed by another key.
    return [pair for pair in said(sent(identity)) if pair[0] not in ("CHAIN_INCOMPLETE", "KEY_ID")]


def test_it_has_nothing_against_an_ordinary_key() -> None:
    assert without_issuer(client()) == []


@pytest.mark.parametrize("exponent", [0, 1, 2, 4, 65536, 2**33 + 1, 2**64 + 1, 2**3000 + 1])
def test_it_refuses_exponents_that_are_even_too_small_or_too_large(exponent: int) -> None:
    assert ("RSA_EXPONENT", "error") in without_issuer(client(exponent=exponent))


@pytest.mark.parametrize("exponent", [3, 17, 65535])
def test_it_warns_about_exponents_under_65537(exponent: int) -> None:
    assert without_issuer(client(exponent=exponent)) == [("RSA_EXPONENT", "warning")]


def test_it_accepts_the_largest_exponent_that_the_gateway_takes() -> None:
    assert without_issuer(client(exponent=2**32 + 1)) == []


@pytest.mark.parametrize("bits", [3071, 8200, 16384])
def test_it_warns_about_unusual_sizes(bits: int) -> None:
    assert without_issuer(client(no_small_factor(bits))) == [("RSA_ODD_SIZE", "warning")]


def test_it_refuses_a_key_too_large_for_the_gateway() -> None:
    assert without_issuer(client(no_small_factor(16392))) == [("RSA_ODD_SIZE", "error")]


def test_it_refuses_rsa_with_2047_bits() -> None:
    assert ("RSA_SHORT", "error") in without_issuer(client(no_small_factor(2047)))


def test_it_knows_a_modulus_with_a_small_factor() -> None:
    assert without_issuer(client(MODULUS // 65521 * 65521)) == [("RSA_BROKEN", "error")]


def test_it_knows_primes_that_are_too_close() -> None:
    finding = sent(client(CLOSE_PRIMES[0] * CLOSE_PRIMES[1])).findings[0]
    assert (finding.code, finding.severity) == ("RSA_BROKEN", "error")
    assert "too close together" in finding.sentence


def test_it_knows_the_pattern_of_the_faulty_chip() -> None:
    # Every modulus that is 1 modulo these primes has the fingerprint of ROCA (CVE-2017-15361).
    step = 1
    for prime in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
                  97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167):  # fmt: skip
        step *= prime
    start = 2**3071 // step * step + step + 1
    modulus = next(start + 2 * step * k for k in range(1000) if start % 2 and coprime(start + 2 * step * k))
    assert "ROCA" in sent(client(modulus)).findings[0].sentence


def no_small_factor(bits: int) -> int:
    return next(number for number in range(2 ** (bits - 1) + 1, 2**bits, 2) if coprime(number))


def coprime(number: int) -> bool:
    return all(number % prime for prime in range(3, 65536, 2))
