"""Certificate policies along a chain: what a CA demands and the chain below it does not carry."""

import pytest
from cryptography import x509
from cryptography.x509.oid import CertificatePoliciesOID

from certificates.pki.certificate_policies import unmet
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.hierarchy import ROOT, Identity, make
from certificates.testing.raw import extended, extension, oid, resigned, sequence

A, B = x509.ObjectIdentifier("1.3.6.1.4.1.99999.5"), x509.ObjectIdentifier("1.3.6.1.4.1.99999.6")
ANY = CertificatePoliciesOID.ANY_POLICY
Extra = list[tuple[x509.ExtensionType, bool]]


def policies(*named: x509.ObjectIdentifier) -> Extra:
    return [(x509.CertificatePolicies([x509.PolicyInformation(one, None) for one in named]), False)]


def demand(after: int = 0) -> Extra:
    return [(x509.PolicyConstraints(after, None), True)]


def reason(ca: Extra, client: Extra) -> str:
    middle = make("Issuing", ROOT, ca=True, extra=ca)
    found = unmet([decoded(one) for one in (make("a", middle, extra=client), middle, ROOT)])
    return found.reason if found else ""


@pytest.mark.parametrize(
    ("ca", "client"),
    [
        ([], []),
        (policies(A), []),
        (policies(A), policies(B)),
        (demand() + policies(A), policies(A)),
        (demand() + policies(ANY), policies(A)),
        (demand() + policies(A), policies(ANY)),
        (demand() + policies(A, B), policies(B)),
        (demand(2), []),
    ],
)
def test_it_finds_them_in_order(ca: Extra, client: Extra) -> None:
    assert reason(ca, client) == ""


@pytest.mark.parametrize(
    ("ca", "client"),
    [
        (demand(), []),
        (demand() + policies(A), []),
        (demand(), policies(A)),
        (demand() + policies(A), policies(B)),
        (demand(1), []),
        ([], demand()),
        ([*demand(), *policies(ANY), (x509.InhibitAnyPolicy(0), True)], policies(ANY)),
    ],
)
def test_it_misses_what_a_ca_demands(ca: Extra, client: Extra) -> None:
    assert "demands" in reason(ca, client)


def mapped(*pairs: bytes) -> Identity:
    made = extension("2.5.29.33", True, sequence(*pairs))
    return resigned(make("Mapping CA", ROOT, ca=True), extended(made))


def test_it_reads_mappings() -> None:
    own, other = oid(A.dotted_string), oid(B.dotted_string)
    for ca, sound in (
        (mapped(sequence(own, other)), True),
        (mapped(), False),
        (mapped(sequence(own)), False),
        (mapped(sequence(own, oid(ANY.dotted_string))), False),
        (mapped(sequence(own, other), own), False),
    ):
        found = unmet([decoded(one) for one in (make("a", ca), ca, ROOT)])
        assert (found is None) is sound


def test_it_says_so_once_of_each_ca() -> None:
    ca = make("Demanding CA", ROOT, ca=True, extra=demand() + policies(A))
    assert said(sent(make("a", ca, extra=policies(A)), ca, ROOT)) == []
    twice = resigned(make("Twice CA", ROOT, ca=True), extended(_twice()))
    clients = [make(text, twice) for text in ("a", "b")]
    assert said(sent(*clients, twice, ROOT)) == [("POLICY", "error")]


def _twice() -> bytes:
    one = sequence(oid(A.dotted_string))
    return extension("2.5.29.32", False, sequence(one, one))
