"""The guide is true: all of docs/guides/deploy-safely.md runs, in order, against the real product."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "docs" / "guides" / "deploy-safely.md"


@pytest.mark.journey
def test_it_deploys_safely_by_rest_as_the_guide_says(product, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 6
    done = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "READY": str(product.data / "ready.json")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "PRIVATE KEY" not in done.stdout
