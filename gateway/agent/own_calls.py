"""The agent's own handshakes that TLS broke off: the log shows them like anybody's, and they do not count."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_MOST = 20_000  # remembered, the latest ones: one for each host that refuses in the handshake
_SLACK = 0.1  # seconds: the log has milliseconds, and Envoy's clock is read a moment after ours


@dataclass(frozen=True)
class _Call:
    """Made from `address` between two moments (Unix time, seconds)."""

    host: str
    address: str
    begun: float
    ended: float


class OwnCalls:
    """Tells the agent's own lines of the connection log from those of clients.

    `stranger` is the fingerprint of the certificate that the agent shows to nobody's liking. A call without
    any has no such mark, and a mark in the log would cost every connection when it changes the listener.
    So each call takes out one line at most that fits it by host, address and time. Should a client on the
    node's own machine fit as well, the line of one or the other is left out: the count is right either way.
    """

    def __init__(self, stranger: str = "") -> None:
        self._stranger = stranger
        self._calls: deque[_Call] = deque(maxlen=_MOST)
        self._left: dict[str, list[_Call]] = {}
        self._found: list[_Call] = []

    def add(self, host: str, address: str, begun: float, ended: float) -> None:
        """A call without a certificate from `address` (an IP address) that TLS broke off. Safe from several
        threads."""
        self._calls.append(_Call(host, address, begun, ended))

    def begin(self) -> None:
        """The log is read from where it was committed last, maybe again."""
        self._left, self._found = defaultdict(list), []
        for call in self._calls:
            self._left[call.host].append(call)

    def commit(self) -> None:
        """What was found since `begin` is not read again."""
        for call in self._found:
            self._calls.remove(call)
        self._found = []

    def made(self, line: Mapping[str, Any]) -> bool:
        """Whether the agent made a connection that failed. Each line is asked about once."""
        if fingerprint := line.get("fingerprint"):
            return bool(fingerprint == self._stranger)
        try:
            at = datetime.fromisoformat(str(line.get("time"))).timestamp()
        except ValueError:
            return False
        left = self._left.get(str(line.get("chain")), [])
        for call in left:
            if call.address == line.get("address") and call.begun - _SLACK <= at <= call.ended + _SLACK:
                left.remove(call)
                self._found.append(call)
                return True
        return False
