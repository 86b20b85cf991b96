"""The bar of a certificate's life changes its colour before the certificate ends."""

import datetime

import pytest
from django.utils import timezone

from common.templatetags import countersign


@pytest.mark.parametrize(
    ("days_left", "tone"), [(99, "s-ok"), (31, "s-ok"), (30, "s-warn"), (1, "s-warn"), (-1, "s-bad")]
)
def test_it_warns_a_month_before_the_end(days_left, tone):
    now = timezone.now()
    drawn = countersign.life(now - datetime.timedelta(days=300), now + datetime.timedelta(days=days_left))
    assert drawn["tone"] == tone


def test_it_shows_how_much_is_over():
    now = timezone.now()
    drawn = countersign.life(now - datetime.timedelta(days=75), now + datetime.timedelta(days=25))
    assert drawn["percent"] == 75


def test_it_is_empty_before_the_certificate_begins():
    now = timezone.now()
    drawn = countersign.life(now + datetime.timedelta(days=1), now + datetime.timedelta(days=9))
    assert drawn["percent"] == 0
