"""A waiver: lifts a needless refusal of one certificate, for a time, in somebody's name."""

from datetime import datetime

import pytest

from certificates.pki.findings import Finding, Severity
from certificates.pki.gateway.verdict import Waiver, lifting
from certificates.testing.hierarchy import DAY, NOW, PARTNER

NEEDLESS = Finding("CA_KEY_TYPE", Severity.ERROR, "So it is.", "Do this.", PARTNER.fingerprint)
HOLE = Finding("RSA_SHORT", Severity.ERROR, "So it is.", "Do this.", PARTNER.fingerprint)
OUTAGE = Finding("GATEWAY_REFUSES", Severity.ERROR, "So it is.", "Do this.", PARTNER.fingerprint)


def _waiver(of: Finding = NEEDLESS, until: datetime = NOW + DAY) -> Waiver:
    return Waiver(of.code, of.fingerprint or "", until, "Olga", "They renew in December.")


def test_it_lifts_a_needless_refusal() -> None:
    assert lifting(NEEDLESS, [_waiver()], NOW) == _waiver()


def test_it_ends_on_its_day() -> None:
    ending = _waiver(until=NOW)
    assert lifting(NEEDLESS, [ending], NOW) == ending
    assert lifting(NEEDLESS, [ending], NOW + DAY) is None


def test_it_is_about_one_certificate_and_one_code() -> None:
    other = Waiver("CA_KEY_TYPE", "0" * 64, NOW + DAY, "Olga", "Another one.")
    assert lifting(NEEDLESS, [other, _waiver(HOLE)], NOW) is None


def test_it_never_lifts_a_hole() -> None:
    assert lifting(HOLE, [_waiver(HOLE)], NOW) is None


def test_it_does_not_change_the_gateways_mind() -> None:
    assert lifting(OUTAGE, [_waiver(OUTAGE)], NOW) is None


@pytest.mark.parametrize(("by", "reason"), [("", "Why not."), ("Olga", " ")])
def test_it_needs_a_person_and_a_reason(by: str, reason: str) -> None:
    with pytest.raises(ValueError, match="person and a reason"):
        Waiver("CA_KEY_TYPE", "0" * 64, NOW, by, reason)


def test_it_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _waiver(until=datetime(2026, 12, 1))
