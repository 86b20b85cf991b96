"""Connections that stay open while the gateway changes its mind: HTTP/1.1 and HTTP/2, call after call."""

import http.client
import ssl
from typing import Protocol

from certificates.testing.hierarchy import Identity
from gateway.agent.tests.stage import Stage, context

_HEADERS, _SETTINGS, _PING, _GOAWAY, _DATA = 1, 4, 6, 7, 0
_STATUS = {0x88: 200, 0x8C: 400}  # fields of HPACK's static table (RFC 7541, appendix A)


class Connection(Protocol):
    def ask(self, headers: dict[str, str] | None = None) -> int:
        """The status of one more call on the same connection. Raises when it is gone."""

    def close(self) -> None: ...


class Http1:
    """A kept-alive HTTP/1.1 connection."""

    def __init__(self, stage: Stage, host: str, who: Identity) -> None:
        self._connection = http.client.HTTPConnection(host)
        self._connection.auto_open = False
        self._connection.sock = stage.connect(host, who)

    def ask(self, headers: dict[str, str] | None = None) -> int:
        self._connection.request("GET", "/", headers=headers or {})
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        self._connection.close()


class Http2:
    """As much of HTTP/2 (RFC 9113) as a GET needs; header fields go as literals that nobody remembers."""

    def __init__(self, stage: Stage, host: str, who: Identity) -> None:
        tls = context(who)
        tls.set_alpn_protocols(["h2"])
        self._socket: ssl.SSLSocket = stage.wrap(tls, host)
        assert self._socket.selected_alpn_protocol() == "h2"
        self._host, self._stream = host, -1
        self._socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, b""))

    def ask(self, headers: dict[str, str] | None = None) -> int:
        self._stream += 2
        fields = {":method": "GET", ":scheme": "https", ":authority": self._host, ":path": "/"}
        block = b"".join(_literal(name, value) for name, value in {**fields, **(headers or {})}.items())
        self._socket.sendall(_frame(_HEADERS, 0x5, self._stream, block))  # END_STREAM, END_HEADERS
        status, ended = 0, False
        while not ended:
            kind, flags, stream, payload = self._read()
            if kind == _GOAWAY:
                raise ConnectionError("the gateway closes the connection")
            if kind == _SETTINGS and not flags & 1:
                self._socket.sendall(_frame(_SETTINGS, 1, 0, b""))
            if kind == _DATA and payload:  # so that windows never close
                more = len(payload).to_bytes(4, "big")
                self._socket.sendall(_frame(8, 0, 0, more))
            if stream == self._stream and kind == _HEADERS:
                status = _STATUS[payload[0]]
            ended = stream == self._stream and kind in (_HEADERS, _DATA) and bool(flags & 1)
        return status

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> tuple[int, int, int, bytes]:
        head = self._exactly(9)
        payload = self._exactly(int.from_bytes(head[:3], "big"))
        return head[3], head[4], int.from_bytes(head[5:9], "big"), payload

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self._socket.recv(size - len(got))
            if not more:
                raise ConnectionError("closed")
            got += more
        return got


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _literal(name: str, value: str) -> bytes:
    """A field without indexing and without Huffman code (RFC 7541, section 6.2.2); texts under 127 octets."""
    return b"\x00" + b"".join(bytes((len(text),)) + text for text in (name.encode(), value.encode()))
