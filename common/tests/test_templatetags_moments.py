"""A moment is short to read and exact underneath."""

import datetime

import pytest
from django.utils import timezone

from common.templatetags import countersign

NOW = datetime.datetime(2026, 11, 24, 9, 20, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def on_24_november(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def test_it_writes_a_moment_in_the_current_time_zone():
    with timezone.override(datetime.timezone(datetime.timedelta(hours=1), "CET")):
        written = countersign.when(datetime.datetime(2026, 11, 24, 6, 22, tzinfo=datetime.UTC))
    assert written == (
        '<time datetime="2026-11-24T07:22:00+01:00" title="24 Nov 2026, 07:22:00 CET">24 Nov, 07:22</time>'
    )


def test_it_adds_the_year_to_a_moment_of_another_year():
    assert ">24 Nov 2025, 09:20<" in countersign.when(NOW.replace(year=2025))


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (datetime.timedelta(seconds=20), "just now"),
        (datetime.timedelta(minutes=2), "2 min ago"),
        (datetime.timedelta(hours=3), "3 h ago"),
        (datetime.timedelta(hours=25), "1 day ago"),
        (datetime.timedelta(days=4), "4 days ago"),
    ],
)
def test_it_says_how_long_ago_a_moment_was(past, words):
    assert f">{words}<" in countersign.ago(NOW - past)
