"""Alternative names of clients, and the limits that CAs put on them."""

import ipaddress

import pytest
from cryptography import x509

from certificates.pki.roles import Role, check_entry
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.hierarchy import NOW, PARTNER, ROOT, Identity, make

WARNING = ("NAME_CONSTRAINT", "warning")
IP = x509.IPAddress(ipaddress.ip_address("10.0.0.1"))
NETWORK = x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))
DNS = x509.DNSName("partner.example")


def limited_ca(limit: x509.GeneralName) -> Identity:
    constraints = x509.NameConstraints(permitted_subtrees=[limit], excluded_subtrees=None)
    return make("Limited CA", ROOT, ca=True, extra=[(constraints, True)])


def test_it_warns_about_a_client_that_is_named_in_the_subject_alone() -> None:
    assert said(sent(make("client.example", ROOT, san=()), ROOT)) == [("SAN", "warning")]


def test_it_warns_about_a_wildcard() -> None:
    assert said(sent(make("a", ROOT, san=[x509.DNSName("*.partner.example")]), ROOT)) == [("SAN", "warning")]


@pytest.mark.parametrize(("count", "found"), [(100, []), (101, [("SAN", "warning")])])
def test_it_warns_about_more_than_a_hundred_names(count: int, found: list[tuple[str, str]]) -> None:
    names = [x509.DNSName(f"h{number}.partner.example") for number in range(count)]
    assert said(sent(make("a", ROOT, san=names), ROOT)) == found


def test_it_refuses_a_client_without_alternative_name_where_the_gateway_compares_them() -> None:
    nameless = decoded(make("client.example", ROOT, san=()))
    assert said(check_entry(nameless, Role.CLIENT, NOW)) == [("SAN", "warning")]
    assert said(check_entry(nameless, Role.CLIENT, NOW, matches_san=True)) == [("SAN", "error")]
    assert check_entry(decoded(PARTNER), Role.CLIENT, NOW, matches_san=True) == []


@pytest.mark.parametrize("name", [DNS, x509.RFC822Name("ops@partner.example")])
def test_it_has_nothing_against_other_alternative_names(name: x509.GeneralName) -> None:
    assert said(sent(make("a", ROOT, san=[name]), ROOT)) == []


def test_it_warns_about_a_ca_that_is_limited_to_some_names() -> None:
    ca = limited_ca(DNS)
    assert said(sent(make("a", ca, san=[DNS]), ca, ROOT)) == [WARNING]


def test_it_refuses_a_limit_on_addresses_above_a_client_with_an_address() -> None:
    ca = limited_ca(NETWORK)
    report = sent(make("a", ca, san=[IP]), ca, ROOT)
    assert said(report) == [("NAME_CONSTRAINT", "error"), WARNING]
    assert report.findings[0].subject == "a"


def test_it_only_warns_about_a_limit_on_addresses_above_a_client_without_one() -> None:
    ca = limited_ca(NETWORK)
    assert said(sent(make("a", ca, san=[DNS]), ca, ROOT)) == [WARNING]
