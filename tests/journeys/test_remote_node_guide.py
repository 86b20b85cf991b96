"""The guide is true: every command of docs/guides/remote-node.md runs, in order, against the real product."""

import os
import sys

import pytest

from portal.processes import free_port
from tests.journeys.conftest import ROOT
from tests.journeys.guides import run_guide


@pytest.mark.journey
def test_it_adds_and_moves_and_retires_nodes_as_the_guide_says(product, tmp_path):
    for name in ("manage.py", "gateway"):
        (tmp_path / name).symlink_to(ROOT / name)
    begin = "set -eo pipefail\ntrap 'kill $(jobs -p) 2>> ended.log || true' EXIT"
    environment = os.environ | {
        "COUNTERSIGN_VAR": str(product.data),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "NODES": str(tmp_path),
        "PORT_1": str(free_port()),
        "PORT_2": str(free_port()),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = run_guide(
        "remote-node", product, tmp_path, least=9, seconds=400, begin=begin, environment=environment
    )
    assert "unknown, spent or older than an hour" in done.stderr
    logs = "".join((tmp_path / f"{name}.log").read_text() for name in ("edge-1", "north-1"))
    assert "PRIVATE KEY" not in logs + done.stdout + done.stderr
