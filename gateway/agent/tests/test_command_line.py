"""What a person types wrong is said in a sentence, without a traceback."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.agent.tests import cast


def agent(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.agent", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def ca(tmp_path: Path) -> str:
    (tmp_path / "ca.pem").write_text(cast.ROOT.pem)
    return str(tmp_path / "ca.pem")


def test_it_asks_for_enrolment_first(tmp_path: Path) -> None:
    done = agent("run", "--dir", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Run enrol first." in done.stderr


@pytest.mark.parametrize(
    ("portal", "said"),
    [
        ("http://portal.example", "is no address of a portal: write https://HOST:PORT"),
        ("portal.example:8444", "is no address of a portal"),
        ("https://localhost:{port}", "does not answer as it should: [Errno"),
    ],
)
def test_it_says_what_is_wrong_with_the_portal(tmp_path: Path, ca: str, portal: str, said: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = portal.format(port=unused.getsockname()[1])
        done = agent("enrol", "--portal", url, "--token", "t", "--ca", ca, "--dir", str(tmp_path / "node"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr
    assert not (tmp_path / "node").exists()


def test_it_says_that_a_ca_file_is_none(tmp_path: Path) -> None:
    words = ("--portal", "https://localhost:1", "--token", "t", "--dir", str(tmp_path / "node"))
    for file, content in (("absent.pem", None), ("empty.pem", ""), ("text.pem", "hello")):
        if content is not None:
            (tmp_path / file).write_text(content)
        done = agent("enrol", *words, "--ca", str(tmp_path / file))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert "holds no CA certificate in PEM" in done.stderr
