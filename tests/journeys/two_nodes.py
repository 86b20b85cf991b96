"""Two real Envoys with their agents, on the database of the test, and callers that never stop calling."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
import time
from collections import Counter
from threading import Event, Thread

from gateway import delivery
from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory
from gateway.agent.loop import Agent
from gateway.embedded import EmbeddedPortal
from gateway.models import Node

PATIENCE = 30  # seconds


class RunningNode:
    """A node as `./run` has it: its row, an Envoy, and the agent, which moves when `step` is called."""

    def __init__(self, name: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.node = Node.objects.create(name=name, port=port)
        self.directory = NodeDirectory(delivery.node_directory(self.node))
        self.directory.prepare(name)
        arguments = envoy.command(self.directory, concurrency=1)
        self.process = subprocess.Popen(arguments, cwd=self.directory.root)
        admin, end = envoy.Admin(self.directory), time.monotonic() + PATIENCE
        while not admin.ready():
            assert self.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        self.agent = Agent(EmbeddedPortal(self.node), self.directory, accept_within=10)

    def step(self) -> None:
        """The agent looks for something new and brings it live, as the running one does all the time."""
        self.agent.step()

    def stop(self) -> None:
        """End the Envoy and its agent."""
        self.process.terminate()
        self.process.wait(10)
        self.agent.close()

    def asks(self, host: str, path: str = "/") -> tuple[int, str]:
        """Status and body of one call on a new connection."""
        connection = connect(self.node.port, host)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def connect(port: int, host: str) -> http.client.HTTPConnection:
    """A connection whose handshake is done."""
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    raw = socket.create_connection(("127.0.0.1", port), timeout=5)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = http.client.HTTPConnection(host)
    connection.sock = tls.wrap_socket(raw, server_hostname=host)
    return connection


class Caller(Thread):
    """Calls one host on one node until it is stopped; `keep`: as long as the gateway lets it on one
    connection. `answers` counts statuses and what went wrong: anything but 200 is a lost request."""

    def __init__(self, port: int, host: str, *, keep: bool) -> None:
        super().__init__(daemon=True)
        self._port, self._host, self._keep = port, host, keep
        self._stop_now = Event()
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self._stop_now.is_set():
            try:
                connection = connection or connect(self._port, self._host)
                connection.request("GET", "/", headers={"Host": self._host})
                answer = connection.getresponse()
                answer.read()
                self.answers[str(answer.status)] += 1
                if not self._keep or answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                self.answers[repr(error)] += 1
                connection = None
            self._stop_now.wait(0.005)

    def end(self) -> Counter[str]:
        """Stop calling; what was answered."""
        self._stop_now.set()
        self.join(10)
        return self.answers
