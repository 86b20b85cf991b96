"""Uploads made to do harm end in a finding within 2 s of processor time and 200 MB."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certificates.testing.hostile import HOSTILE, UNUSUAL

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to measure memory")
SECONDS = 2


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each upload cost, by its name."""
    folder = tmp_path_factory.mktemp("hostile")
    files = {str(folder / str(number)): name for number, name in enumerate(HOSTILE)}
    for path, name in files.items():
        Path(path).write_bytes(HOSTILE[name]())
    command = [sys.executable, "-m", "certificates.pki.tests.hostile_worker", *files]
    root = Path(__file__).resolve().parents[3]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=120)
    told = [json.loads(line) for line in run.stdout.splitlines()]
    return {files[one["file"]]: one for one in told}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_answers_in_time(costs: dict[str, Any], name: str) -> None:
    cost = costs[name]
    assert "died" not in cost, cost
    assert cost["seconds"] < SECONDS
    assert cost["findings"]


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - UNUSUAL))
def test_it_accepts_none_of_them(costs: dict[str, Any], name: str) -> None:
    assert costs[name]["accepted"] is False
