"""The agent's own port, on loopback: /metrics for Prometheus, /health for whoever starts and watches it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.agent.metrics import Metrics


@contextmanager
def exposed(metrics: Metrics, port: int) -> Iterator[int]:
    """Answer on 127.0.0.1:`port` (0: a free one) until the end of the block. Gives the port. Raises OSError
    when it is taken.
    """

    class Answering(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(metrics.registry))
            elif self.path == "/health":
                health = metrics.health()
                self._answer(200 if health["ready"] else 503, "application/json", json.dumps(health).encode())
            else:
                self._answer(404, "text/plain", b"/metrics, /health\n")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Quiet: scrapes are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Answering)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True, name="watch").start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
