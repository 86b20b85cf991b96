"""The guide is true: all of docs/guides/custom-domain.md runs, in order, against the real product."""

import os
import re
import subprocess

import pytest

from tests.journeys.conftest import ROOT

GUIDE = ROOT / "docs" / "guides" / "custom-domain.md"


@pytest.mark.journey
def test_it_serves_a_domain_of_ones_own_as_the_guide_says(product, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    done = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "READY": str(product.data / "ready.json")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "default.harbourline.localhost" in done.stdout
    assert "PRIVATE KEY" not in done.stdout + done.stderr
    for path in (product.data / "log").glob("*.log"):
        assert "PRIVATE KEY" not in path.read_text(errors="replace")
