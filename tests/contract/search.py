"""The search of Hypothesis for chains about which the model errs dangerously."""

import itertools
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .cases import Case
from .comparison import compare
from .dice import draw

# What bounds a run: as many examples of up to six chains, each with an Envoy of its own. A failure is shrunk
# by several hundred more, for five minutes at most (Hypothesis' own limit). Building chains and starting an
# Envoy is slow and that is no error, so no health check and no deadline; nothing is remembered on disk.
BOUNDED = settings(
    max_examples=10,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)

_numbers = itertools.count()


@st.composite
def chains(pick: st.DrawFn) -> Case:
    """A random chain whose every choice shrinks towards the healthy one."""
    return draw(f"example {next(_numbers)}", lambda options: pick(st.sampled_from(list(options))))


def search(how: settings = BOUNDED, told: Callable[[list[Case]], None] = lambda cases: None) -> None:
    """Raise AssertionError, with the smallest example, if the model lets in whom the gateway refuses. `told`
    hears of each example; the last one of a search that fails is the smallest."""

    @given(st.lists(chains(), min_size=1, max_size=6))
    @how
    def finds_nothing(cases: list[Case]) -> None:
        told(cases)
        dangerous = [str(row) for row in compare(cases) if row.dangerous]
        if dangerous:
            raise AssertionError("\n".join(dangerous))

    finds_nothing()
