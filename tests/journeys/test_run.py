"""`./run`: what dies comes back, what is stopped is gone, and a second start continues with the same data."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys.conftest import ROOT, Product, launched


@pytest.mark.journey
@pytest.mark.skipif(sys.platform != "linux", reason="looks for children in /proc, which only Linux has")
def test_it_continues_with_the_same_data_and_leaves_nothing_behind(tmp_path):
    with launched(tmp_path) as first:
        before = first.ready
        assert status_of(first, "refused") == "400"
        assert status_of(first, "served") == "200"
        kill_envoy(tmp_path)
        wait_until(lambda: status_of(first, "served") == "200")
        refused = subprocess.run(
            [sys.executable, "-m", "portal.supervisor", "--data", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert "runs already" in refused.stderr
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "ready.json").exists()
    with launched(tmp_path) as second:
        assert second.ready == before
        assert status_of(second, "served") == "200"


@pytest.mark.journey
def test_it_says_in_one_sentence_which_port_is_taken(product, tmp_path):
    command = [sys.executable, "-m", "portal.supervisor", "--data", str(tmp_path)]
    command += ["--port", "0", "--gateway-port", str(product.port), "--target-port", "0", "--node-port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {product.port} (for the gateway) is taken" in done.stderr
    assert "Traceback" not in done.stderr


def status_of(running: Product, which: str) -> str:
    """The HTTP status of one of the two ready commands."""
    command = shlex.split(running.ready["commands"][which])
    command += ["--output", os.devnull, "--write-out", "%{http_code}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def kill_envoy(data: Path) -> None:
    """The supervisor must start it again, with the last good configuration."""
    envoys = [pid for pid, command in processes_of(data) if "envoy" in command.split()[0]]
    assert len(envoys) == 1
    os.kill(envoys[0], signal.SIGKILL)


def wait_until(holds) -> None:
    """Ten seconds at most."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it did not come back")


def processes_of(data: Path) -> list[tuple[int, str]]:
    """Children of a product: they carry its data folder in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"COUNTERSIGN_VAR={data}\0".encode() in environment and command:
            found.append((int(folder.name), command))
    return found
