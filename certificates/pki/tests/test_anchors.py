"""What is said about anchors: limits that the gateway ignores, and roots that everybody trusts."""

import certifi
import pytest
from cryptography import x509

from certificates.pki.judgement import judge
from certificates.pki.public_roots import PublicRoots
from certificates.pki.reading import read
from certificates.pki.roles import Role, check_entry
from certificates.pki.tests.stories import decoded, said
from certificates.testing.hierarchy import ISSUING, NOW, PARTNER, ROOT, SERVER, Identity, make

PUBLIC = PublicRoots.from_pem("# Harbour\n" + ROOT.pem)
POLICY = x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None)


def as_anchor(
    identity: Identity, roots: PublicRoots = PUBLIC, matches_san: bool = False
) -> list[tuple[str, str]]:
    entry = decoded(identity)
    return said(check_entry(entry, Role.ANCHOR, NOW, public_roots=roots, matches_san=matches_san))


@pytest.mark.parametrize(
    "limited",
    [
        make("Root", ca=True, path_length=0),
        make("Root", ca=True, eku=[SERVER]),
        make("Root", ca=True, extra=[(POLICY, True)]),
    ],
    ids=["path length", "purposes", "policies"],
)
def test_it_warns_about_a_limit_that_the_gateway_ignores(limited: Identity) -> None:
    assert as_anchor(limited) == [("ANCHOR_IGNORED", "warning")]


def test_it_does_not_mind_such_a_limit_on_an_intermediate() -> None:
    assert check_entry(decoded(ISSUING), Role.INTERMEDIATE, NOW, public_roots=PUBLIC) == []


def test_it_refuses_a_public_root_as_anchor() -> None:
    assert as_anchor(ROOT) == [("ANCHOR_PUBLIC", "error")]


def test_it_knows_a_public_root_by_its_key_in_any_certificate() -> None:
    other = make("Other Root", ca=True)
    assert as_anchor(make("Harbour cross", other, ca=True, key=ROOT.key)) == [("ANCHOR_PUBLIC", "error")]


def test_it_warns_about_a_ca_below_a_public_root() -> None:
    assert as_anchor(make("Harbour Partners", ROOT, ca=True)) == [("ANCHOR_PUBLIC", "warning")]


def test_it_allows_a_public_root_where_alternative_names_are_compared() -> None:
    assert as_anchor(ROOT, matches_san=True) == []


def test_it_has_nothing_against_a_private_root() -> None:
    assert as_anchor(make("Private Root", ca=True)) == []
    assert as_anchor(ROOT, PublicRoots()) == []


def test_it_warns_that_public_cas_stop_issuing_for_clients() -> None:
    for chain in (PARTNER.chain_pem, PARTNER.pem + ISSUING.pem):
        report = judge([("a.pem", chain.encode())], NOW, public_roots=PUBLIC)
        assert ("EKU_SUNSET", "warning") in said(report)
    assert said(judge([("a.pem", PARTNER.chain_pem.encode())], NOW)) == []


def test_it_reads_every_root_of_the_list_that_we_ship() -> None:
    text = certifi.contents()
    roots = PublicRoots.from_pem(text)
    assert len(roots.keys) > 100
    first = text[text.index("-----BEGIN") : text.index("-----END CERTIFICATE-----") + 25]
    assert roots.holds(read(first.encode(), "first.pem").certificates[0])
