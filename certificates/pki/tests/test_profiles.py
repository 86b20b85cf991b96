"""An account's profile lowers opinions, never a hole and never what the gateway does."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.pki.codes import RULES, Nature, Profile, Rule, under
from certificates.pki.findings import Finding, Severity
from certificates.pki.roles import Role, check_entry
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.hierarchy import ISSUING, NOW, ROOT, ec_key, make, rsa_1024, rsa_key

LOWERED = [rule for rule in RULES.values() if {rule.level2, rule.lenient} != {rule.severity}]
RANK = list(Severity)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: f"{rule.code}-{rule.severity}")
def test_it_lowers_neither_holes_nor_outages(rule: Rule, profile: Profile) -> None:
    [finding] = under(profile, [Finding(rule.code, rule.severity, "It is.", "Do.")])
    assert RANK.index(finding.severity) >= RANK.index(rule.severity)
    if rule.nature in (Nature.HOLE, Nature.OUTAGE) or profile is Profile.STRICT:
        assert finding.severity is rule.severity
    if rule.severity is Severity.ERROR and finding.severity is not Severity.ERROR:
        assert rule.needless
        assert not rule.hole


def test_each_profile_lowers_something_of_its_own() -> None:
    assert {rule.code for rule in LOWERED if rule.level2 is not rule.severity} != {
        rule.code for rule in LOWERED if rule.lenient is not rule.severity
    }


def test_it_is_strict_unless_told_otherwise() -> None:
    short = make("a", key=rsa_key(2048))
    assert said(sent(short)) == said(sent(short, profile=Profile.STRICT)) == [("RSA_LEGACY", "warning")]


@pytest.mark.parametrize("profile", [Profile.LEVEL2, Profile.LENIENT])
def test_it_lets_a_needless_error_be_a_question(profile: Profile) -> None:
    unusual = make("CA", ca=True, key=ec_key(1, ec.SECP224R1()))
    assert not sent(unusual).accepted
    report = sent(unusual, profile=profile)
    assert said(report) == [("CA_KEY_TYPE", "warning")]
    assert report.accepted


@pytest.mark.parametrize("profile", list(Profile))
def test_it_refuses_rsa_1024_under_every_profile(profile: Profile) -> None:
    assert said(sent(rsa_1024(), ISSUING, ROOT, profile=profile)) == [("RSA_SHORT", "error")]
    assert said(check_entry(decoded(rsa_1024()), Role.CLIENT, NOW, profile)) == [("RSA_SHORT", "error")]
