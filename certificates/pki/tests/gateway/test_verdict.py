"""The verdict: accepted only when policy and gateway both say yes."""

from certificates.pki.findings import Finding, Severity
from certificates.pki.gateway.settings import Prediction
from certificates.pki.gateway.verdict import decide
from certificates.testing.hierarchy import EXPIRED, ISSUING, PARTNER, ROOT

from .asking import asked


def _finding(code: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(code, severity, "So it is.", "Do this.", PARTNER.fingerprint, "partner.example")


YES: Prediction = asked(PARTNER, ISSUING, anchors=(ROOT,))
NO: Prediction = asked(EXPIRED, ISSUING, anchors=(ROOT,))


def test_it_accepts_what_both_accept() -> None:
    verdict = decide([_finding("RSA_LEGACY", Severity.WARNING)], YES)
    assert verdict.accepted
    assert [finding.code for finding in verdict.findings] == ["RSA_LEGACY"]


def test_it_blocks_what_only_policy_accepts_and_names_the_reason() -> None:
    verdict = decide([_finding("SERIAL", Severity.WARNING)], NO)
    assert not verdict.accepted
    first = verdict.findings[0]
    assert (first.code, first.severity, first.subject) == (
        "GATEWAY_REFUSES",
        Severity.ERROR,
        "partner-old.example",
    )
    assert "has expired" in first.sentence
    assert first.remedy == NO.remedy


def test_it_leaves_it_at_policys_words_when_both_refuse() -> None:
    verdict = decide([_finding("TIME")], NO)
    assert not verdict.accepted
    assert [finding.code for finding in verdict.findings] == ["TIME"]


def test_it_names_what_no_waiver_would_change() -> None:
    verdict = decide([_finding("CA_KEY_TYPE")], NO)
    assert not verdict.accepted
    assert [finding.code for finding in verdict.findings] == ["CA_KEY_TYPE", "GATEWAY_REFUSES"]


def test_it_offers_a_waiver_for_a_needless_refusal() -> None:
    needless = _finding("CA_KEY_TYPE")
    verdict = decide([needless], YES)
    assert (verdict.accepted, verdict.waivable) == (False, (needless,))


def test_it_offers_no_waiver_for_a_hole() -> None:
    verdict = decide([_finding("RSA_SHORT")], YES)
    assert (verdict.accepted, verdict.waivable) == (False, ())


def test_it_offers_no_waiver_that_would_not_be_enough() -> None:
    assert decide([_finding("CA_KEY_TYPE"), _finding("RSA_SHORT")], YES).waivable == ()
    assert decide([_finding("CA_KEY_TYPE")], NO).waivable == ()
