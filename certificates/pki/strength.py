"""Keys and signatures: too weak, broken, or of a kind that clients and the gateway do not share.

Sources: CA/B Forum Baseline Requirements 6.1 and 7.1.3, NIST SP 800-131A, BSI TR-02102, and measurements
against the gateway; `codes` names one for each code.
"""

import functools
import math
from collections.abc import Iterator

from badkeys.checks import checkrsa  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .certificate import RSA_MAXIMUM_BITS, RSA_MAXIMUM_EXPONENT_BITS, Certificate
from .findings import Finding, Severity, about

RSA_MINIMUM_BITS, RSA_DECENT_BITS, RSA_USUAL_BITS = 2048, 3000, 8192
_USUAL_EXPONENT = 65537
_LEAF_CURVES = {"secp256r1", "secp384r1"}
_CA_CURVES = _LEAF_CURVES | {"secp521r1"}
_BROKEN_HASHES = {"md5": "MD5", "sha1": "SHA-1"}
_ASK_STRONGER = "Ask for a certificate with an EC P-256 or RSA 3072 key."
_ASK_OTHER_CA = "Ask the partner for a certificate from a CA with an EC P-256 or RSA 3072 key."
_NEW_KEY = "Refuse this key everywhere. Ask for a new key, made by other software, and a new certificate."

# `badkeys` by default also looks into a blocklist that it has to download first, and ends the process without
# it. Its check of small factors tests the rest of the key for primality, which takes 0.8 s for a hostile key,
# so that one is done here. Its check of small private exponents is for public exponents over 32 bits, which
# are refused anyway.
_CHECKS = ("fermat", "roca", "rsainvalid", "rsapoly", "sharedprimes")
_BROKEN = {
    "fermat": "its two primes are too close together",
    "roca": "it was made by a faulty chip (ROCA)",
    "rsainvalid": "its modulus is no product of two primes",
    "rsapoly": "it was made by faulty software and shows a pattern",
    "sharedprimes": "it shares a prime with other known keys",
}


def check_key(certificate: Certificate) -> Iterator[Finding]:
    """LEAF_KEY_TYPE, CA_KEY_TYPE, RSA_SHORT, RSA_LEGACY, RSA_ODD_SIZE, RSA_EXPONENT, RSA_BROKEN."""
    key = certificate.decoded.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        yield from _rsa_size(certificate, key.key_size)
        yield from _rsa_exponent(certificate, numbers.e)
        if key.key_size <= RSA_MAXIMUM_BITS:
            yield from _rsa_broken(certificate, numbers.n, numbers.e)
        return
    curves = _CA_CURVES if certificate.is_ca else _LEAF_CURVES
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in curves:
        return
    if certificate.is_ca:
        sentence = f"A CA key of the kind {certificate.key} is not understood by every client and gateway."
        yield about(certificate, "CA_KEY_TYPE", Severity.ERROR, sentence, _ASK_OTHER_CA)
    else:
        sentence = f"A client cannot use a key of the kind {certificate.key} with the gateway."
        yield about(certificate, "LEAF_KEY_TYPE", Severity.ERROR, sentence, _ASK_STRONGER)


def check_signature(certificate: Certificate) -> Iterator[Finding]:
    """HASH_WEAK, HASH_224. A self-signature proves nothing and nobody relies on it, so its hash is never
    judged."""
    if certificate.self_signed:
        return
    weak = _BROKEN_HASHES.get(certificate.signature_hash)
    if weak:
        sentence = f"It is signed with {weak}, which can be forged."
        remedy = "Ask the issuer to issue it again, signed with SHA-256."
        yield about(certificate, "HASH_WEAK", Severity.ERROR, sentence, remedy)
    elif certificate.signature_hash == "sha224":
        sentence = "It is signed with SHA-224, which is shorter than what is usual today."
        remedy = "Ask the issuer for SHA-256 at the next renewal."
        yield about(certificate, "HASH_224", Severity.WARNING, sentence, remedy)


def _rsa_size(certificate: Certificate, bits: int) -> Iterator[Finding]:
    if bits < RSA_MINIMUM_BITS:
        sentence = f"The RSA key has {bits} bits; 2048 is the least that is safe."
        yield about(certificate, "RSA_SHORT", Severity.ERROR, sentence, _ASK_STRONGER)
    elif bits < RSA_DECENT_BITS:
        sentence = f"RSA with {bits} bits is accepted until 2030."
        remedy = "Ask for EC P-256 or RSA 3072 at the next renewal."
        yield about(certificate, "RSA_LEGACY", Severity.WARNING, sentence, remedy)
    if bits > RSA_MAXIMUM_BITS:
        sentence = f"The RSA key has {bits} bits; the gateway works with {RSA_MAXIMUM_BITS} at most."
        yield about(certificate, "RSA_ODD_SIZE", Severity.ERROR, sentence, _ASK_STRONGER)
    elif bits > RSA_USUAL_BITS or bits % 8:
        sentence = f"An RSA key of {bits} bits is unusual, and some software refuses it."
        remedy = "Ask for EC P-256 or RSA 3072 at the next renewal."
        yield about(certificate, "RSA_ODD_SIZE", Severity.WARNING, sentence, remedy)


def _rsa_exponent(certificate: Certificate, exponent: int) -> Iterator[Finding]:
    if exponent.bit_length() > RSA_MAXIMUM_EXPONENT_BITS:
        sentence = (
            f"Its RSA exponent has {exponent.bit_length()} bits; over {RSA_MAXIMUM_EXPONENT_BITS} is refused."
        )
        yield about(certificate, "RSA_EXPONENT", Severity.ERROR, sentence, _NEW_KEY)
    elif exponent < _USUAL_EXPONENT:
        sentence = f"Its RSA exponent is {exponent}; {_USUAL_EXPONENT} is usual and safer."
        remedy = "Ask for a key with the usual exponent at the next renewal."
        yield about(certificate, "RSA_EXPONENT", Severity.WARNING, sentence, remedy)


def _rsa_broken(certificate: Certificate, modulus: int, exponent: int) -> Iterator[Finding]:
    reason = weakness(modulus, exponent)
    if reason:
        sentence = f"Anybody can compute its private key: {reason}."
        yield about(certificate, "RSA_BROKEN", Severity.ERROR, sentence, _NEW_KEY)


@functools.lru_cache(maxsize=256)
def weakness(modulus: int, exponent: int) -> str | None:
    """Why the private key of this RSA key is public knowledge, or None.

    The first call in a process costs some 30 ms (tables of primes), others under 1 ms up to 4096 bits.
    Remembers the latest keys, because a chain is judged more than once. Lists of compromised keys (such as
    Debian's of 2008) are not consulted.
    """
    if math.gcd(_small_primes(), modulus) != 1:
        return "its modulus has a small factor"
    for check in checkrsa(modulus, exponent, checks=_CHECKS):
        return _BROKEN[check]
    return None


@functools.cache
def _small_primes() -> int:
    """The product of all primes up to 65536, for one division in place of 6,542."""
    sieve = bytearray([1]) * 65536
    for number in range(2, 256):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, 65536, number)))
    return math.prod(number for number in range(2, 65536) if sieve[number])
