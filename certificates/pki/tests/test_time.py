"""Time is judged for the moment the caller names."""

from datetime import timedelta

import pytest

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import DAY, EXPIRED, ISSUING, NOW, ROOT, make


def test_it_says_when_and_how_long_ago_a_certificate_expired() -> None:
    finding = sent(EXPIRED, ISSUING, ROOT).findings[0]
    assert (finding.code, finding.severity) == ("TIME", "error")
    assert finding.sentence == "Expired on 2 Nov 2026, 20 days ago."
    assert finding.fingerprint == EXPIRED.fingerprint
    assert finding.subject == "partner-old.example"
    assert finding.file == "partner.pem"


def test_it_says_from_when_a_certificate_will_be_valid() -> None:
    finding = sent(make("early", start=NOW + 3 * DAY)).findings[0]
    assert (finding.code, finding.severity) == ("TIME", "error")
    assert finding.sentence == "Not valid before 25 Nov 2026, in 3 days."


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=5), "within a day"),
        (DAY, "in 1 day"),
        (27 * DAY, "in 27 days"),
        (100 * DAY, "in 14 weeks"),
        (610 * DAY, "in 20 months"),
        (4748 * DAY, "in 13 years"),
    ],
)
def test_it_counts_in_the_unit_that_people_would_use(ahead: timedelta, words: str) -> None:
    finding = sent(make("early", start=NOW + ahead, end=NOW + 6000 * DAY)).findings[0]
    assert finding.sentence.endswith(f", {words}.")


@pytest.mark.parametrize(("left", "soon"), [(29 * DAY, True), (30 * DAY, False)])
def test_it_warns_in_the_last_thirty_days(left: timedelta, soon: bool) -> None:
    assert said(sent(make("late", end=NOW + left))) == ([("TIME_SOON", "warning")] if soon else [])


def test_it_counts_the_last_second_as_valid() -> None:
    last = make("late", end=NOW)
    assert said(sent(last)) == [("TIME_SOON", "warning")]
    assert said(sent(last, at=NOW + timedelta(seconds=1))) == [("TIME", "error")]


def test_it_judges_every_certificate_of_a_chain() -> None:
    root = make("old root", ca=True, end=NOW - DAY)
    report = sent(make("leaf", root), root)
    assert [(finding.code, finding.subject) for finding in report.findings] == [("TIME", "old root")]


def test_it_wants_to_know_the_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sent(EXPIRED, at=NOW.replace(tzinfo=None))
