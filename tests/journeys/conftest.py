"""The whole product, started once for all journeys exactly as `./run` starts it, on free ports and a data
folder of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import partner

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Product:
    """A running product: what its ready.json says, and its data folder."""

    ready: dict[str, Any]
    data: Path

    @property
    def url(self) -> str:
        """Of the portal."""
        return self.ready["portal_url"]

    @property
    def port(self) -> int:
        """Of the gateway."""
        return int(self.ready["gateway_url"].rsplit(":", 1)[1])

    @property
    def target(self) -> str:
        """The demo target service, which answers with what reached it."""
        ports = json.loads((self.data / "run" / "ports.json").read_text())
        return f"http://127.0.0.1:{ports['target']}"

    def sign_in(self, role: str) -> dict[str, str]:
        """E-mail and password of a role."""
        return next(person for person in self.ready["sign_ins"] if person["role"] == role)

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails to an address, oldest first."""
        files = sorted((self.data / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        texts = [text for file in files for text in file.read_text().split("-" * 79)]
        return [text for text in texts if re.search(rf"^To: {re.escape(address)}$", text, re.MULTILINE)]

    def call(self, host: str, path: str, *options: str, port: int = 0) -> tuple[int, str]:
        """curl the gateway, or the node that listens on `port`: the HTTP status (0 when the handshake failed)
        and the body (or curl's error)."""
        name = f"{host}.harbourline.localhost" if "." not in host else host
        port = port or self.port
        command = [
            *("curl", "--silent", "--show-error", "--max-time", "10", "--cacert", self.ready["ca_file"]),
            *("--resolve", f"{name}:{port}:127.0.0.1", "--write-out", "\n%{http_code}"),
            *(*options, f"https://{name}:{port}{path}"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body or done.stderr


@contextmanager
def launched(data: Path) -> Iterator[Product]:
    """Start `./run`'s supervisor on free ports, wait until it says that all answers, stop it with SIGTERM."""
    command = [sys.executable, "-m", "portal.supervisor", "--data", str(data)]
    command += ["--port", "0", "--gateway-port", "0", "--target-port", "0", "--node-port", "0"]
    output = data / "output.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env=_environment()
        )
    try:
        yield Product(_wait_ready(process, data / "ready.json", output), data)
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
    assert status == 0, output.read_text()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product of all journeys."""
    for tool in ("curl", "openssl"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed; on Debian: apt-get install {tool}")
    with launched(tmp_path_factory.mktemp("product")) as running:
        yield running


def _environment() -> dict[str, str]:
    """The tests' own settings must not reach the product; the database and the broker under test do."""
    return {
        key: value
        for key, value in os.environ.items()
        if key not in ("COUNTERSIGN_VAR", "DJANGO_SETTINGS_MODULE")
    }


def _wait_ready(process: subprocess.Popen[bytes], ready: Path, output: Path) -> dict[str, Any]:
    end = time.monotonic() + 180
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"the product did not start:\n{output.read_text()}")
        time.sleep(0.1)
    return json.loads(ready.read_text())


@pytest.fixture
def remote(product: Product, tmp_path: Path) -> Iterator[Any]:
    """A function: name (and cell) → a remote node that is enrolled; stopped and retired at the end."""
    from tests.journeys.remote import RemoteNode

    made: list[RemoteNode] = []

    def add(name: str, cell: str = "default") -> RemoteNode:
        made.append(RemoteNode(product, tmp_path, name, cell))
        return made[-1]

    yield add
    for node in made:
        node.stop()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> partner.Folder:
    """What a partner makes with openssl: root, intermediate, client; and a stranger's."""
    return partner.make(tmp_path_factory.mktemp("partner"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium under Playwright."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def page_of(product: Product, browser: Any) -> Iterator[Any]:
    """A function: role → a browser page signed in as that role ("" → not signed in). Options are those of
    the browser's context.
    """
    contexts = []

    def open_page(role: str = "", **options: Any) -> Any:
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if role:
            who = product.sign_in(role)
            page.goto(f"{product.url}/login/")
            page.get_by_label("E-mail").fill(who["email"])
            page.get_by_label("Password").fill(who["password"])
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
