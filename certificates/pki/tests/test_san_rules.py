"""Rules about names: their one spelling, what they refuse to be, and whom they allow."""

from ipaddress import ip_address

import pytest
from cryptography import x509

from certificates.pki.san_rules import allows, from_plain, from_text, rule, to_text
from certificates.testing.hierarchy import make


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("DNS suffix .Partner.Example", "dns suffix .partner.example"),
        ("dns exact gw.partner.example", "dns exact gw.partner.example"),
        ("email exact edi@partner.example", "email exact edi@partner.example"),
        ("email suffix @partner.example", "email suffix @partner.example"),
        ("uri prefix spiffe://partner.example/", "uri prefix spiffe://partner.example/"),
        ("uri prefix urn:partner:", "uri prefix urn:partner:"),
        ("ip exact 2001:DB8::0001", "ip exact 2001:db8::1"),
    ],
)
def test_it_has_one_spelling(text: str, spelled: str) -> None:
    (found,) = from_text(text)
    assert str(found) == spelled
    assert from_plain([found.to_plain()]) == (found,)
    assert from_text(to_text([found])) == (found,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dns suffix partner.example", "Begin with a dot"),
        ("dns suffix .example", "no DNS name with a domain"),
        ("dns exact *.partner.example", "no DNS name"),
        ("dns prefix gw.", "cannot match by"),
        ("email suffix partner.example", "Begin with @"),
        ("email exact partner.example", "no mail address"),
        ("uri suffix /edi", "cannot match by"),
        ("uri prefix spiffe://partner.example", "other people's URIs"),
        ("uri prefix spiffe://", "other people's URIs"),
        ("uri prefix urn:", "no URI"),
        ("uri exact partner", "no URI"),
        ("ip exact 10.0.0.0/8", "no IP address"),
        ("ip exact ::ffff:10.0.0.1", "cannot be compared"),
        ("cn exact partner", "no kind of name"),
        ("dns gw.partner.example", "write kind, match and value"),
        ("\n".join(f"dns exact h{n}.partner.example" for n in range(51)), "too many"),
    ],
)
def test_it_refuses_what_would_allow_others_or_nobody(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".*") as refusal:
        from_text(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "name", "allowed"),
    [
        ("dns suffix .partner.example", x509.DNSName("GW.partner.example"), True),
        ("dns suffix .partner.example", x509.DNSName("partner.example"), False),
        ("dns exact gw.partner.example", x509.DNSName("*.partner.example"), True),
        ("dns exact a.gw.partner.example", x509.DNSName("*.partner.example"), False),
        ("dns exact gw.partner.example", x509.RFC822Name("gw.partner.example"), False),
        ("uri exact urn:p:one", x509.UniformResourceIdentifier("urn:evil,urn:p:one"), False),
        ("email suffix @partner.example", x509.RFC822Name("a@partner.example"), True),
        ("ip exact 192.0.2.7", x509.IPAddress(ip_address("192.0.2.7")), True),
    ],
)
def test_it_allows_a_client_with_such_a_name(text: str, name: x509.GeneralName, allowed: bool) -> None:
    client = make("client.example", san=[name])
    assert allows(from_text(text), client.certificate) is allowed


def test_it_allows_everyone_without_a_rule_and_nobody_without_a_name() -> None:
    nameless = make("client.example", san=[])
    assert allows((), nameless.certificate)
    assert not allows([rule("dns", "exact", "gw.partner.example")], nameless.certificate)
