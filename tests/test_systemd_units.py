"""The units under deploy/systemd hold for systemd, start what there is, and give no right away."""

import configparser
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PYTHON = "/opt/countersign/.venv/bin/python"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_it_holds_for_systemd(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace(PYTHON, sys.executable).replace("/opt/countersign", str(ROOT))
        (tmp_path / unit.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "countersign" in line and "user" not in line.lower()]
    assert (done.returncode, said) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_starts_what_there_is_without_rights(unit):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(unit)
    service = parser["Service"]
    program, flag, module, *words = service["ExecStart"].split()
    assert (program, flag) == (PYTHON, "-m")
    assert importlib.util.find_spec(module)
    assert service["User"].startswith("countersign")
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert service["CapabilityBoundingSet"] in ("", "CAP_NET_BIND_SERVICE")
    if module == "gateway.agent":
        done = subprocess.run([sys.executable, "-m", module, words[0], "--help"], cwd=ROOT, check=False)
        assert done.returncode == 0
