"""Names are compared as the gateway's BoringSSL compares them; tests/contract shows it on the binary."""

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from certificates.pki.naming import canonical


def named(text: str, kind: _ASN1Type = _ASN1Type.UTF8String) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, kind)])


@pytest.mark.parametrize("one", ["A\tB", "A\nB", "A\vB", "A\fB", "A\rB", "A  B", " A B\t", "a b", "A \t\r B"])
def test_it_takes_these_for_the_same(one: str) -> None:
    assert canonical(named(one)) == canonical(named("A B"))


@pytest.mark.parametrize("one", ["AB", "A\x1cB", "A\x1fB", "A\u0085B", "A\u00a0B", "A\u2003B", "A B\u00a0"])
def test_it_tells_these_apart(one: str) -> None:
    assert canonical(named(one)) != canonical(named("A B"))


def test_it_folds_no_case_beyond_ascii() -> None:
    assert canonical(named("\u00c4RA")) == canonical(named("\u00c4ra"))
    assert canonical(named("\u00c4ra")) != canonical(named("\u00e4ra"))


def test_it_ignores_the_encoding_except_of_a_numeric_string() -> None:
    printable, numeric = _ASN1Type.PrintableString, _ASN1Type.NumericString
    assert canonical(named("12", printable)) == canonical(named("12"))
    assert canonical(named("12", numeric)) == canonical(named("12", numeric))
    assert canonical(named("12", numeric)) != canonical(named("12"))
    assert canonical(named("1  2", numeric)) != canonical(named("1 2", numeric))


def test_it_ignores_the_order_within_one_part_only() -> None:
    a, b = (x509.NameAttribute(NameOID.COMMON_NAME, text) for text in "ab")
    part = x509.RelativeDistinguishedName
    assert canonical(x509.Name([part([a, b])])) == canonical(x509.Name([part([b, a])]))
    assert canonical(x509.Name([a, b])) != canonical(x509.Name([b, a]))
