"""Clients of the gateway benchmark: real TLS handshakes with a client certificate, and real requests."""

from __future__ import annotations

import http.client
import multiprocessing
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path


@dataclass(frozen=True)
class Caller:
    """Calls hosts at 127.0.0.1:`port` with the certificate and key in `file` (PEM)."""

    port: int
    file: Path
    tls: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3

    def context(self) -> ssl.SSLContext:
        made = ssl.create_default_context()
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        made.minimum_version = made.maximum_version = self.tls
        made.load_cert_chain(self.file)
        return made

    def connect(self, host: str, context: ssl.SSLContext) -> http.client.HTTPConnection:
        """A connection after its handshake."""
        connection = http.client.HTTPConnection(host, timeout=10)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock = context.wrap_socket(raw, server_hostname=host)
        return connection

    def status(self, host: str, context: ssl.SSLContext) -> int:
        """The HTTP status of one call over a handshake of its own; 0 when there was no answer."""
        try:
            connection = self.connect(host, context)
            connection.request("GET", "/api0", headers={"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            connection.close()
        except (OSError, http.client.HTTPException):
            return 0
        return answer.status


def until(caller: Caller, host: str, served: bool, patience: float = 300) -> float:
    """The moment (time.perf_counter) at which a fresh handshake is first let in (or refused)."""
    context, end = caller.context(), time.perf_counter() + patience
    while (caller.status(host, context) not in (400, 0)) is not served:
        if time.perf_counter() > end:
            raise TimeoutError(f"{host} did not change within {patience:.0f} seconds")
        time.sleep(0.002)
    return time.perf_counter()


@dataclass
class Load:
    """Requests sent and answers that never came, counted by clients in processes of their own."""

    sent: int = 0
    lost: int = 0


def under_load(callers: list[tuple[Caller, str, bool]], work: Callable[[], None]) -> Load:
    """Do `work` while each caller calls its host in a loop, keeping its connection or not."""
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    clients = [
        context.Process(target=_loop, args=(caller, host, keep, stop, results))
        for caller, host, keep in callers
    ]
    for client in clients:
        client.start()
    time.sleep(1)
    work()
    time.sleep(1)
    stop.set()
    total = Load()
    for _ in clients:
        sent, lost = results.get(timeout=60)
        total.sent, total.lost = total.sent + sent, total.lost + lost
    for client in clients:
        client.join(10)
    return total


def _loop(caller: Caller, host: str, keep: bool, stop: Event, results: multiprocessing.Queue) -> None:
    context, connection, sent, lost = caller.context(), None, 0, 0
    while not stop.is_set():
        sent += 1
        try:
            connection = connection or caller.connect(host, context)
            connection.request("GET", "/api0", headers={} if keep else {"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            if not keep or answer.will_close:
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException):
            lost, connection = lost + 1, None
        time.sleep(0.002)
    results.put((sent, lost))


def handshakes(caller: Caller, host: str, count: int) -> float:
    """How many full handshakes with a request one client does in a second."""
    context, begun = caller.context(), time.perf_counter()
    for _ in range(count):
        if caller.status(host, context) == 0:
            raise ConnectionError(f"{host} did not answer")
    return count / (time.perf_counter() - begun)
