"""The certificate and the name of an https target are checked, on the real Envoy."""

import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread

import pytest
from cryptography import x509

from certificates.testing.hierarchy import DAY, SERVER, make
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage, Target

pytestmark = pytest.mark.journey

Serve = Callable[[x509.GeneralName], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts an https target whose certificate, issued by cast.ROOT, names one thing; gives its port."""
    with ExitStack() as stack:

        def start(name: x509.GeneralName) -> int:
            dates = (cast.TODAY - DAY, cast.TODAY + 30 * DAY)
            who = make("target", cast.ROOT, eku=[SERVER], san=[name], start=dates[0], end=dates[1])
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(who.key_pem + who.pem)
                file.flush()
                context.load_cert_chain(file.name)
            server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return server.server_port

        yield start


@pytest.mark.parametrize(
    ("named", "url", "status"),
    [
        (x509.DNSName("localhost"), "https://localhost:{}/v1", 200),
        (x509.DNSName("elsewhere.test"), "https://localhost:{}/v1", 503),
        (x509.IPAddress(ip_address("127.0.0.1")), "https://127.0.0.1:{}/v1", 200),
        (x509.DNSName("localhost"), "https://127.0.0.1:{}/v1", 503),
    ],
)
def test_it_checks_the_targets_name(
    stage: Stage, serve: Serve, named: x509.GeneralName, url: str, status: int
) -> None:
    target = url.format(serve(named))
    host = stage.host("a.test", required=False)
    stage.deploy(stage.part(host, target_url=target, upstream_roots=cast.ROOT.pem))
    answer = stage.call("a.test", path="/orders")
    assert answer.status == status
    if status == 200:
        assert answer.body["path"] == "/v1/orders"
        assert answer.body["headers"]["host"] == target.split("/")[2]


def test_it_checks_the_targets_issuer(stage: Stage, serve: Serve) -> None:
    target = f"https://localhost:{serve(x509.DNSName('localhost'))}"
    host = stage.host("a.test", required=False)
    stage.deploy(stage.part(host, target_url=target, upstream_roots=cast.PINNED.pem))
    assert stage.call("a.test").status == 503
