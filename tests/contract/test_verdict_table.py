"""The model about the case classes: agrees with the real Envoy as docs/contract/verdicts.tsv says."""

import pytest

from certificates.pki.gateway.settings import Rendering

from .comparison import Row, Tally, compare
from .stories import all_stories
from .table import FILE, table

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every story, knocked for real."""
    return compare(all_stories())


def test_it_never_lets_in_whom_the_gateway_refuses(rows: list[Row]) -> None:
    assert [str(row) for row in rows if row.dangerous] == []


def test_it_seldom_refuses_whom_the_gateway_lets_in(rows: list[Row]) -> None:
    tally = Tally()
    tally.add(rows)
    assert all(tally.share_needless(rendering) < 0.03 for rendering in Rendering), str(tally)


def test_it_has_not_changed_since_the_table_was_reviewed(rows: list[Row]) -> None:
    measured, reviewed = table(rows).splitlines(), FILE.read_text().splitlines()
    changed = sorted(set(measured) ^ set(reviewed))
    assert not changed, "bin/contract --write, then read the difference:\n" + "\n".join(changed)
