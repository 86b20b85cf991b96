"""The guide is true: all of docs/guides/custom-domain.md runs, in order, against the real product."""

import pytest

from tests.journeys.guides import run_guide


@pytest.mark.journey
def test_it_serves_a_domain_of_ones_own_as_the_guide_says(product, tmp_path):
    done = run_guide("custom-domain", product, tmp_path, least=11)
    assert "default.harbourline.localhost" in done.stdout
    assert "PRIVATE KEY" not in done.stdout + done.stderr
    for path in (product.data / "log").glob("*.log"):
        assert "PRIVATE KEY" not in path.read_text(errors="replace")
