from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from gateway.agent.tests.stage import Stage, Target


@pytest.fixture(scope="session")
def target_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def stage(tmp_path: Path, target_url: str) -> Iterator[Stage]:
    made = Stage(tmp_path / "node", target_url)
    yield made
    made.close()
