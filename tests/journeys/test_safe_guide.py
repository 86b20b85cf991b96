"""The guide is true: all of docs/guides/deploy-safely.md runs, in order, against the real product."""

import pytest

from tests.journeys.guides import run_guide


@pytest.mark.journey
def test_it_deploys_safely_by_rest_as_the_guide_says(product, tmp_path):
    done = run_guide("deploy-safely", product, tmp_path, least=7)
    assert "PRIVATE KEY" not in done.stdout
