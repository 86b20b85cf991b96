"""Remote nodes for journeys: real processes, with a relay before the node endpoint that a test can break."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.processes import free_port
from tests.journeys.conftest import ROOT, Product

OTHER_RELEASE = """import sys
from gateway.agent import release
release.FORM = {form}
from gateway.agent.__main__ import main
sys.exit(main())"""


def manage(product: Product, *words: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` on the product's own data."""
    environment = os.environ | {"COUNTERSIGN_VAR": str(product.data)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def eventually(holds: Callable[[], Any], seconds: float = 30, what: str = "it") -> Any:
    """What `holds` returns when it is true at last."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come within {seconds:.0f} seconds")
        time.sleep(0.1)
    return found


class Relay:
    """TCP between a node and the endpoint. `close` cuts what is open and refuses what is new; `cut_after`,
    when it is not None, ends each connection after so many bytes to the node."""

    def __init__(self, target: int) -> None:
        self._target, self.port = target, free_port()
        self.cut_after: int | None = None
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.open()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for connection in [*self._open]:
            connection.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                node, _ = listener.accept()
                portal = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._open |= {node, portal}
            threading.Thread(target=self._pump, args=(node, portal, None), daemon=True).start()
            threading.Thread(target=self._pump, args=(portal, node, self.cut_after), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, most: int | None) -> None:
        passed = 0
        try:
            while data := source.recv(4096 if most is None else min(4096, most - passed)):
                sink.sendall(data)
                passed += len(data)
                if most is not None and passed >= most:
                    break
        except OSError:
            pass
        for connection in (source, sink):
            self._open.discard(connection)
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                connection.close()


class RemoteNode:
    """One node with a folder, a port and an agent that keeps its Envoy."""

    def __init__(self, product: Product, folder: Path, name: str, cell: str = "default") -> None:
        self.product, self.folder, self.name, self.port = product, folder / name, name, free_port()
        self.relay = Relay(int(product.ready["node_endpoint_url"].rsplit(":", 1)[1]))
        self.process: subprocess.Popen[bytes] | None = None
        words = ("--cell", cell, "--address", "127.0.0.1", "--port", str(self.port))
        added = manage(product, "node", "add", name, *words)
        assert added.returncode == 0, added.stderr
        self.token = added.stdout.strip()
        done = self.enrol(self.folder)
        assert done.returncode == 0, done.stderr

    def enrol(self, folder: Path, url: str = "") -> subprocess.CompletedProcess[str]:
        """Run the agent's enrol with this node's token."""
        words = ["--portal", url or self.relay.url, "--token", self.token, "--dir", str(folder)]
        command = [
            sys.executable,
            "-m",
            "gateway.agent",
            "enrol",
            *words,
            "--ca",
            self.product.ready["ca_file"],
        ]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def start(self, *, form: int | None = None) -> None:
        """Start the agent. `form`: what an agent of another release would speak; None: of this one."""
        log = (self.folder / "agent.log").open("ab")
        words = ["-m", "gateway.agent"] if form is None else ["-c", OTHER_RELEASE.format(form=form)]
        command = [sys.executable, *words, "run", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def serves(self) -> bool:
        """Whether a call with the demo partner's certificate gets its answer here."""
        return self.call("/orders", trusted=True) == 200

    def call(self, path: str, *, trusted: bool = False) -> int:
        """HTTP status of a call on the demo's host; 0: no answer."""
        demo = self.product.data / "demo"
        options = ["--cert", f"{demo}/nordwind.crt", "--key", f"{demo}/nordwind.key"] if trusted else []
        return self.product.call("partners", path, *options, port=self.port)[0]

    def kill_agent(self) -> None:
        """As the kernel does when memory is short: nothing is said good-bye to."""
        self.process.kill()
        self.process.wait(10)

    def envoy(self) -> int | None:
        """The process id of its Envoy."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    Path(folder / "cwd").resolve() == self.folder
                    and b"--config-path" in (folder / "cmdline").read_bytes()
                ):
                    return int(folder.name)
            except OSError:
                continue
        return None

    def log(self) -> str:
        return (self.folder / "agent.log").read_text()

    def stop(self) -> None:
        """End the agent, its Envoy too, and retire the node."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        if (left := self.envoy()) is not None:
            os.kill(left, signal.SIGKILL)
        self.relay.close()
        manage(self.product, "node", "retire", self.name)


class Rest:
    """The product's REST API with the demo's service key."""

    def __init__(self, product: Product) -> None:
        key = json.loads(Path(product.ready["service_key_file"]).read_text())
        self._url = f"{product.url}/api/v1/"
        pair = base64.b64encode(f"{key['clientId']}:{key['clientSecret']}".encode()).decode()
        asked = urllib.request.Request(
            key["tokenUrl"], b"grant_type=client_credentials", {"Authorization": f"Basic {pair}"}
        )
        with urllib.request.urlopen(asked) as answer:
            self._token = json.load(answer)["access_token"]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """GET, or POST with a body."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self._url + path, data, headers)) as answer:
            return json.load(answer)

    def node(self, name: str) -> dict[str, Any]:
        """What the portal says of a node."""
        return next(node for node in self.ask("nodes/")["results"] if node["name"] == name)

    def add_proxy(self, path: str, target: str) -> None:
        """A proxy on the demo's host that asks for certificates."""
        host = next(row for row in self.ask("hosts/")["results"] if row["alias"] == "partners")
        self.ask("proxies/", {"name": path, "base_path": path, "hosts": [host["uuid"]], "target_url": target})

    def deploy(self) -> str:
        """Plan and start a deployment. Returns its address; `wait` waits for its end."""
        plan = f"deployments/{self.ask('deployments/', {})['uuid']}/"
        self.wait(plan, "ready")
        self.ask(f"{plan}deploy/", {})
        return plan

    def wait(self, deployment: str, status: str) -> dict[str, Any]:
        """Until the deployment has a status."""
        eventually(lambda: self.ask(deployment)["status"] == status, 60, f"{status} of {deployment}")
        return self.ask(deployment)
