"""A waiver: lifts a needless refusal of one certificate, for a time, in somebody's name."""

from datetime import datetime

import pytest

from certificates.pki.findings import Finding, Severity
from certificates.pki.gateway.verdict import Waiver, decide
from certificates.testing.hierarchy import DAY, EXPIRED, ISSUING, NOW, PARTNER, ROOT

from .asking import asked

NEEDLESS = Finding("CA_KEY_TYPE", Severity.ERROR, "So it is.", "Do this.", PARTNER.fingerprint)
HOLE = Finding("RSA_SHORT", Severity.ERROR, "So it is.", "Do this.", PARTNER.fingerprint)
YES = asked(PARTNER, ISSUING, anchors=(ROOT,))
NO = asked(EXPIRED, ISSUING, anchors=(ROOT,))


def _waiver(of: Finding = NEEDLESS, until: datetime = NOW + DAY) -> Waiver:
    return Waiver(of.code, of.fingerprint or "", until, "Olga", "They renew in December.")


def test_it_lifts_a_needless_refusal() -> None:
    verdict = decide([NEEDLESS], YES, NOW, [_waiver()])
    assert verdict.accepted
    assert verdict.waived == ((NEEDLESS, _waiver()),)
    assert verdict.findings == (NEEDLESS,)  # it is still shown


def test_it_ends_on_its_day() -> None:
    assert not decide([NEEDLESS], YES, NOW, [_waiver(until=NOW - DAY)]).accepted


def test_it_is_about_one_certificate_and_one_code() -> None:
    other = Waiver("CA_KEY_TYPE", "0" * 64, NOW + DAY, "Olga", "Another one.")
    assert not decide([NEEDLESS], YES, NOW, [other, _waiver(HOLE)]).accepted


def test_it_never_lifts_a_hole() -> None:
    verdict = decide([HOLE], YES, NOW, [_waiver(HOLE)])
    assert not verdict.accepted
    assert verdict.waived == ()


def test_it_does_not_change_the_gateways_mind() -> None:
    verdict = decide([NEEDLESS], NO, NOW, [_waiver()])
    assert not verdict.accepted
    assert [finding.code for finding in verdict.findings] == ["CA_KEY_TYPE", "GATEWAY_REFUSES"]


@pytest.mark.parametrize(("by", "reason"), [("", "Why not."), ("Olga", " ")])
def test_it_needs_a_person_and_a_reason(by: str, reason: str) -> None:
    with pytest.raises(ValueError, match="person and a reason"):
        Waiver("CA_KEY_TYPE", "0" * 64, NOW, by, reason)


def test_it_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _waiver(until=datetime(2026, 12, 1))
