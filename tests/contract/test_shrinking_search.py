"""The search of Hypothesis: finds no chain that the model lets in and the real Envoy refuses."""

import pytest

from .search import search

pytestmark = pytest.mark.journey


def test_it_finds_no_dangerous_error() -> None:
    search()
