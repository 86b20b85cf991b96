"""A date shows the day and the distance."""

import datetime

import pytest
from django.utils import timezone

from common.templatetags import countersign


@pytest.fixture(autouse=True)
def on_24_november(monkeypatch):
    now = datetime.datetime(2026, 11, 24, 9, 20, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.mark.parametrize(
    ("day", "distance"),
    [
        (datetime.date(2026, 11, 24), "today"),
        (datetime.date(2026, 11, 25), "tomorrow"),
        (datetime.date(2026, 11, 23), "yesterday"),
        (datetime.date(2026, 12, 4), "in 10 days"),
        (datetime.date(2026, 11, 2), "22 days ago"),
        (datetime.date(2027, 3, 3), "in 14 weeks"),
        (datetime.date(2028, 5, 1), "in 17 months"),
        (datetime.date(2032, 8, 11), "in 6 years"),
    ],
)
def test_it_says_how_far_a_day_is(day, distance):
    assert countersign.distance(day) == distance


def test_it_writes_the_day_with_its_distance():
    written = countersign.day(datetime.date(2027, 3, 3))
    assert written == '<time datetime="2027-03-03">3 Mar 2027, in 14 weeks</time>'


def test_it_takes_the_day_of_a_moment_from_the_current_time_zone():
    late = datetime.datetime(2026, 11, 24, 23, 30, tzinfo=datetime.UTC)
    with timezone.override(datetime.timezone(datetime.timedelta(hours=1))):
        assert countersign.only_day(late) == "25 Nov 2026"


def test_it_writes_nothing_for_no_date():
    assert countersign.day(None) == ""
