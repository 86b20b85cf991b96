"""The guide is true: every command of docs/guides/enable-two-way-ssl.md runs, in order, against the real
product.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "docs" / "guides" / "enable-two-way-ssl.md"


@pytest.mark.journey
def test_it_enables_two_way_ssl_by_rest_as_the_guide_says(product, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 8
    script = "set -euo pipefail\n" + "\n".join(blocks)
    environment = {**os.environ, "READY": str(product.data / "ready.json")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    served, client = (tmp_path / "served.txt").read_text(), (tmp_path / "client.crt").read_text()
    assert "forged" not in served  # the target saw the gateway's header, not the client's
    assert "was let through" in done.stdout
    assert "PRIVATE KEY" not in client
    logs = "".join(path.read_text(errors="replace") for path in (product.data / "log").glob("*.log"))
    assert "PRIVATE KEY" not in logs
