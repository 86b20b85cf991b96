"""A snapshot becomes exactly the IR and the Envoy resources that its golden files show."""

from pathlib import Path

import pytest

from gateway.translation.tests.golden import CASES, expectations


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_translates_as_recorded(case: Path) -> None:
    for name, text in expectations(case).items():
        assert (case / name).read_text() == text, (
            f"{case.name}/{name} differs; is it meant? Then run bin/golden."
        )


def test_it_has_cases() -> None:
    assert len(CASES) >= 11
