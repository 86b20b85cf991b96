"""A client certificate that lives long is stolen for long."""

import pytest

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import DAY, NOW, make


@pytest.mark.parametrize(("days", "found"), [(398, []), (399, [("TIME_LONG", "warning")])])
def test_it_warns_about_clients_for_more_than_398_days(days: int, found: list[tuple[str, str]]) -> None:
    assert said(sent(make("a", start=NOW - DAY, end=NOW + (days - 1) * DAY))) == found


def test_it_lets_a_ca_live_long() -> None:
    assert said(sent(make("CA", ca=True, end=NOW + 9000 * DAY))) == []
