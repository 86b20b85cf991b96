"""What only a strict verifier finds in a chain: has a finding; what it refuses needlessly has none."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.pki import verifier
from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import CLIENT, ROOT, SERVER, Identity, ec_key, make, name

BROKEN = ("NAME_CONSTRAINT", "error")
OURS, THEIRS = x509.DNSName("partner.example"), x509.DNSName("other.example")


def limited(
    permitted: list[x509.GeneralName] | None = None,
    excluded: list[x509.GeneralName] | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Identity:
    limits = x509.NameConstraints(permitted, excluded)
    return make("Limited CA", ROOT, ca=True, extra=[(limits, True)], key=key)


def errors(client: Identity, ca: Identity) -> list[tuple[str, str]]:
    return [one for one in said(sent(client, ca, ROOT)) if one[1] == "error"]


@pytest.mark.parametrize(
    ("limit", "inside", "outside"),
    [
        (OURS, x509.DNSName("a.partner.example"), x509.DNSName("a.other.example")),
        (
            x509.RFC822Name("partner.example"),
            x509.RFC822Name("a@partner.example"),
            x509.RFC822Name("a@b.example"),
        ),
        (
            x509.UniformResourceIdentifier("partner.example"),
            x509.UniformResourceIdentifier("https://partner.example/x"),
            x509.UniformResourceIdentifier("https://other.example/x"),
        ),
    ],
    ids=["DNS", "mail", "URI"],
)
def test_it_finds_a_name_for_which_the_ca_may_not_issue(
    limit: x509.GeneralName, inside: x509.GeneralName, outside: x509.GeneralName
) -> None:
    ca = limited(permitted=[limit])
    assert errors(make("a", ca, san=[inside]), ca) == []
    assert errors(make("a", ca, san=[outside]), ca) == [BROKEN]


def test_it_finds_an_excluded_name() -> None:
    ca = limited(excluded=[OURS])
    assert errors(make("a", ca, san=[OURS]), ca) == [BROKEN]
    assert errors(make("a", ca, san=[THEIRS]), ca) == []


def test_it_finds_a_subject_outside_of_a_directory_limit() -> None:
    ca = limited(permitted=[x509.DirectoryName(name("x", "Partner"))])
    assert errors(make("a", ca, san=[], organization="Other"), ca) == [BROKEN]


def test_it_finds_it_although_the_verifier_knows_no_such_key() -> None:
    ca = limited(permitted=[OURS], key=ec_key(70, ec.SECP224R1()))
    assert BROKEN in errors(make("a", ca, san=[THEIRS]), ca)


@pytest.mark.parametrize(
    "client",
    [
        make("no names", ROOT, san=()),
        make("no identifiers", ROOT, key_ids=False),
        make("no usages", ROOT, ku=None, eku=None),
        make(
            "critical",
            ROOT,
            eku=None,
            extra=[(x509.ExtendedKeyUsage([CLIENT]), True)],
        ),
        make("serial", ROOT, serial=1),
    ],
    ids=lambda client: client.certificate.subject.rfc4514_string(),
)
def test_it_makes_no_error_of_what_a_browser_would_refuse(client: Identity) -> None:
    assert [one for one in said(sent(client, ROOT)) if one[1] == "error"] == []


def test_it_refuses_what_it_cannot_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "refusal", lambda chain: "fatal error: something new")
    report = sent(make("a", ROOT), ROOT)
    assert said(report) == [("PATH", "error")]
    assert "something new" in report.findings[0].sentence


def test_it_leaves_a_chain_to_the_finding_that_names_its_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "refusal", lambda chain: "fatal error: something new")
    codes = said(sent(make("a", ROOT, eku=[SERVER]), ROOT))
    assert codes == [("EKU_LEAF", "error")]


def test_it_refuses_unchecked_what_would_take_too_long() -> None:
    many: list[x509.GeneralName] = [x509.DNSName(f"no{number}.example") for number in range(1501)]
    ca = limited(excluded=many)
    client = make("a", ca, san=[x509.DNSName(f"h{number}.example") for number in range(1500)])
    assert errors(client, ca) == [("PATH", "error")]


def test_it_does_not_hold_a_client_to_limits_in_its_own_certificate() -> None:
    limits = x509.NameConstraints([THEIRS], None)
    client = make("Client", ROOT, san=[x509.DNSName("a.partner.example")], extra=[(limits, True)])
    assert [one for one in said(sent(client, ROOT)) if one[1] == "error"] == []
