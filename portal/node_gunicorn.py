"""gunicorn's configuration of the node endpoint: `gunicorn -c python:portal.node_gunicorn`.

TLS ends here and not in a proxy before it: whether a certificate is a node's is decided on the connection
itself. A client certificate is asked for and, when one is sent, must be the node CA's (the handshake fails
otherwise); which views need one, gateway/endpoint/identity.py says.
"""

from __future__ import annotations

import os
import socket
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.node_endpoint"

from django.conf import settings

HANDSHAKE = 10.0  # seconds: somebody who connects and says nothing does not keep a thread

wsgi_app = "portal.node_wsgi"
bind = os.environ.get("COUNTERSIGN_NODE_BIND", f"127.0.0.1:{settings.NODE_PORT}")
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("COUNTERSIGN_NODE_THREADS", "64"))  # each node that waits holds one
timeout = 60
keepalive = 1
control_socket_disable = True
limit_request_line = 2_000
limit_request_fields = 30


class _Impatient(ssl.SSLContext):
    """Ends a handshake that does not come to its end."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        """As the standard library's, with a limit in time."""
        sock.settimeout(HANDSHAKE)
        wrapped = super().wrap_socket(sock, *args, **options)
        wrapped.settimeout(timeout)
        return wrapped


def _files() -> tuple[Path, Path]:
    """Certificate chain and key that the endpoint shows. Without any in the settings: the development
    CA's."""
    if settings.NODE_TLS_CERTIFICATE:
        return Path(settings.NODE_TLS_CERTIFICATE), Path(settings.NODE_TLS_KEY)
    from certificates.devca import development_ca

    return development_ca().server_files("localhost")


certfile, keyfile = map(str, _files())


@lru_cache(maxsize=2)
def _context(changed: tuple[int, int]) -> ssl.SSLContext:
    from gateway import node_ca

    context = _Impatient(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certfile, keyfile)
    context.load_verify_locations(cadata=node_ca.certificate_pem())
    context.verify_mode = ssl.CERT_OPTIONAL
    context.num_tickets = 0  # no resumption: each connection shows its certificate
    return context


def ssl_context(config: Any, default: Any) -> ssl.SSLContext:
    """gunicorn asks for each connection. A certificate that was renewed on disk is taken up by itself."""
    return _context((os.stat(certfile).st_mtime_ns, os.stat(keyfile).st_mtime_ns))
