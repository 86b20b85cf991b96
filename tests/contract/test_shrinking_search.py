"""The search of Hypothesis: finds no chain that the model lets in and the real Envoy refuses."""

import itertools

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .cases import Case
from .comparison import compare
from .dice import draw

pytestmark = pytest.mark.journey

_numbers = itertools.count()


@st.composite
def chains(pick: st.DrawFn) -> Case:
    """A random chain whose every choice shrinks towards the healthy one."""
    return draw(f"example {next(_numbers)}", lambda options: pick(st.sampled_from(list(options))))


@given(st.lists(chains(), min_size=1, max_size=6))
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
def test_it_finds_no_dangerous_error(cases: list[Case]) -> None:
    assert [str(row) for row in compare(cases) if row.dangerous] == []
