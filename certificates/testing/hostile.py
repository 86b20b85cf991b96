"""Uploads made to cost the judge time or memory. Each is built from numbers; none needs a real attack."""

import base64
import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from .builder import NOW, Identity, ec_key, encoded, make, rsa_key
from .raw import SUBJECT, Fields, extended, extension, integer, oid, resigned, rsa_public_key, sequence

_CHANCE = random.Random(1)  # noqa: S311 - the same numbers each time are what is wanted
_PRIVATE_ARC = "1.3.6.1.4.1.99999"


def _pem(identities: Iterator[Identity] | list[Identity]) -> bytes:
    return "".join(identity.pem for identity in identities).encode()


def ten_thousand_certificates() -> bytes:
    return _pem([make(f"client {number}") for number in range(40)]) * 250


def as_many_certificates_as_fit() -> bytes:
    return b"".join(make(f"client {number}").der for number in range(1700))[:1_000_000]


def pkcs7_of_many_certificates() -> bytes:
    many = [make(f"client {number}").certificate for number in range(1500)]
    return pkcs7.serialize_certificates(many, Encoding.DER)


def a_hundred_thousand_names() -> bytes:
    return make("client", san=[x509.DNSName(f"h{number}.example.com") for number in range(100_000)]).der


def fifteen_times_three_thousand_names() -> bytes:
    names = [x509.DNSName(f"h{number}.example.com") for number in range(2900)]
    return b"".join(make(f"client {number}", san=names).der for number in range(15))


def names_against_limits() -> bytes:
    """1,500 names below 1,501 limits, several times over."""
    limits = [x509.DNSName(f"b{number}.y.example") for number in range(1500)] + [x509.DNSName("x.example")]
    constraints = x509.NameConstraints(permitted_subtrees=limits, excluded_subtrees=None)
    ca = make("Limited CA", ca=True, extra=[(constraints, True)])
    names = [x509.DNSName(f"a{number}.x.example") for number in range(1500)]
    return _pem([ca, *(make(f"client {number}", ca, san=names) for number in range(18))])


def nested(depth: int) -> bytes:
    """Sequences in sequences, as an extension of a certificate that is otherwise sound."""
    value = b"\x05\0"
    for _ in range(depth):
        value = sequence(value)
    return resigned(make("deep"), extended(extension(_PRIVATE_ARC, False, value))).der


def nested_name() -> bytes:
    """A directory name as an alternative name, nested past any sense."""
    value = b"\x05\0"
    for _ in range(10_000):
        value = sequence(value)
    return resigned(
        make("deep", san=()), extended(extension("2.5.29.17", False, sequence(encoded(0xA4, value))))
    ).der


def open_ended_ber() -> bytes:
    return b"\x30\x80" * 499_000


def wide_names() -> bytes:
    """Fifteen CAs of one name with three thousand parts."""
    attribute = encoded(0x31, sequence(oid("2.5.4.3"), encoded(0x0C, b"x")))

    def edit(fields: Fields) -> None:
        fields[SUBJECT] = fields[3] = sequence(attribute * 2300)

    return b"".join(resigned(make(f"{number}", ca=True), edit).der for number in range(15))


def thousands_of_extensions() -> bytes:
    unknown = [extension(f"{_PRIVATE_ARC}.{number}", True, b"") for number in range(2500)]
    return b"".join(resigned(make(f"client {number}"), extended(*unknown)).der for number in range(15))


def many_names_against_limits() -> bytes:
    """As many clients as fit, each with 1,500 names, under a CA that excludes 1,501 others."""
    limits = [x509.DNSName(f"no{number}.example") for number in range(1501)]
    ca = make("Limited CA", ca=True, extra=[(x509.NameConstraints(None, limits), True)])
    names = [x509.DNSName(f"h{number}.example") for number in range(1500)]
    clients = [make(f"client {number}", ca, san=names) for number in range(28)]
    return b"".join(one.der for one in (ca, *clients))


def _heavy_keys(bits: int, exponent: int, count: int = 49) -> bytes:
    """CAs of one name with keys of this size, each perhaps the issuer of all others: as many signature checks
    as there can be."""

    def one(number: int) -> Identity:
        modulus = _CHANCE.getrandbits(bits) | 1 << bits - 1 | 1
        twin = make("Twin", ca=True, serial=2**100 + number, key_ids=False, key=ec_key(number + 1))
        return resigned(
            twin, rsa_public_key(modulus, exponent), key=rsa_key(1024), signature=b"\1" * (bits // 8)
        )

    return b"".join(one(number).der for number in range(count))


def keys_with_a_small_factor_and_a_large_prime() -> bytes:
    """3 times a prime: to prove the prime takes longest. (2^4423 - 1 is the 20th Mersenne prime.)"""
    prime = 2**4423 - 1
    return b"".join(
        resigned(make(f"client {number}"), rsa_public_key(factor * prime, 65537), key=ec_key(1)).der
        for number, factor in enumerate(range(3, 103, 2))
    )[:1_000_000]


def cross_signed() -> bytes:
    """Seven CAs that have all certified each other, and a client of one of them."""
    cas = [make(f"Mesh {number}", ca=True, key=ec_key(number + 1)) for number in range(7)]
    cross = [
        make(f"Mesh {a}", cas[b], ca=True, key=cas[a].key, serial=2**90 + 7 * a + b)
        for a in range(7)
        for b in range(7)
        if a != b
    ]
    return _pem([*cross, make("client", cas[0])])


def cross_signed_twins() -> bytes:
    """The same with one name for all and no identifiers: every pair has to be tried."""
    keys = [ec_key(number + 1) for number in range(7)]
    cas = [make("Mesh", ca=True, key=key, key_ids=False) for key in keys]
    cross = [
        make("Mesh", cas[b], ca=True, key=keys[a], key_ids=False, serial=2**90 + 7 * a + b)
        for a in range(7)
        for b in range(7)
    ]
    return _pem([*cross, make("client", cas[0], key_ids=False)])


def _tower(height: int) -> bytes:
    cas = [make("Link 0", ca=True)]
    while len(cas) < height:
        cas.append(make(f"Link {len(cas)}", cas[-1], ca=True))
    return _pem([*cas, make("client", cas[-1])])


def _words(text: bytes) -> bytes:
    return (text * (1_000_000 // len(text) + 1))[:1_000_000]


def long_lived() -> bytes:
    """Dates at both ends of what fits."""
    start, end = NOW.replace(year=1951), NOW.replace(year=9998) + timedelta(days=300)
    return make("Methuselah", start=start, end=end).der


HOSTILE: dict[str, Callable[[], bytes]] = {
    "10,000 certificates": ten_thousand_certificates,
    "a megabyte of certificates": as_many_certificates_as_fit,
    "PKCS#7 of 1,500 certificates": pkcs7_of_many_certificates,
    "100,000 names": a_hundred_thousand_names,
    "15 times 2,900 names": fifteen_times_three_thousand_names,
    "names against limits": names_against_limits,
    "28 times names against limits": many_names_against_limits,
    "ASN.1 nested 10,000 deep": lambda: nested(10_000),
    "ASN.1 nested 100,000 deep": lambda: nested(100_000),
    "directory name nested": nested_name,
    "open-ended BER": open_ended_ber,
    "names of 2,300 parts": wide_names,
    "2,500 critical extensions": thousands_of_extensions,
    "RSA-16384": lambda: _heavy_keys(16384, 65537),
    "RSA-16384, exponent of 33 bits": lambda: _heavy_keys(16384, 2**32 + 1),
    "RSA-16384, huge exponent": lambda: _heavy_keys(16384, 2**16000 + 1),
    "RSA-3072, huge exponent": lambda: _heavy_keys(3072, 2**3000 + 1),
    "RSA-65536": lambda: _heavy_keys(65536, 65537, 40),
    "small factor, large prime": keys_with_a_small_factor_and_a_large_prime,
    "cross-signing": cross_signed,
    "cross-signing under one name": cross_signed_twins,
    "50 links": lambda: _tower(49),
    "200 links": lambda: _tower(200),
    "dates from 1951 to 9999": long_lived,
    "junk": lambda: _CHANCE.randbytes(1_000_000),
    "20 MB of junk": lambda: bytes(20_000_000),
    "BEGIN lines": lambda: _words(b"-----BEGIN CERTIFICATE-----\n"),
    "BEGIN and END lines": lambda: _words(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
    "preamble": lambda: _words(b"# note\n")[:990_000] + make("client").pem.encode(),
    "Base64 words": lambda: _words(b"MIIBVgIB "),
    "one Base64 word": lambda: base64.b64encode(_words(sequence(integer(5))))[:1_000_000],
    "half keys": lambda: _words(bytes.fromhex("30820010020100")),
    "half keys in Base64": lambda: _words(base64.b64encode(bytes.fromhex("3082001002010130")) + b"\n"),
    "hexadecimal": lambda: _words(b"30820010020100"),
    "almost labels": lambda: _words(b"BEGIN RSA PRIVATE  K"),
    "blank": lambda: _words(b" \t"),
    "dashes": lambda: _words(b"-"),
    "zeros": lambda: bytes(999_999) + b"1",
}
# These are large or strange, and yet nothing is wrong with them that a gateway could not bear.
UNUSUAL = {
    "15 times 2,900 names",
    "names against limits",
    "ASN.1 nested 10,000 deep",
    "cross-signing",
    "dates from 1951 to 9999",
    "preamble",
}
