"""The guide is true: every command of docs/guides/remote-node.md runs, in order, against the real product."""

import os
import re
import subprocess
import sys

import pytest

from portal.processes import free_port
from tests.journeys.conftest import ROOT

GUIDE = ROOT / "docs" / "guides" / "remote-node.md"


@pytest.mark.journey
def test_it_adds_and_moves_and_retires_nodes_as_the_guide_says(product, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 8
    for name in ("manage.py", "gateway"):
        (tmp_path / name).symlink_to(ROOT / name)
    script = "set -eo pipefail\ntrap 'kill $(jobs -p) 2>> ended.log || true' EXIT\n" + "\n".join(blocks)
    environment = os.environ | {
        "READY": str(product.data / "ready.json"),
        "COUNTERSIGN_VAR": str(product.data),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "NODES": str(tmp_path),
        "PORT_1": str(free_port()),
        "PORT_2": str(free_port()),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "unknown, spent or older than an hour" in done.stderr
    logs = "".join((tmp_path / f"{name}.log").read_text() for name in ("edge-1", "north-1"))
    assert "PRIVATE KEY" not in logs + done.stdout + done.stderr
