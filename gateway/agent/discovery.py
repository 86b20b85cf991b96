"""Filter chains, offered one by one to the Envoy beside the agent.

Envoy asks over one gRPC stream (delta ADS, envoy/service/discovery/v3/ads.proto) for the chains that its
listener names, and says of each whether it takes it. One that it refuses leaves the chain before it in place
and touches no other host. When the agent is away Envoy keeps what it has; when it is back Envoy says which
versions those are, and only what differs is sent.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from itertools import count
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import grpc

from gateway.agent import envoy, xds
from gateway.translation import canonical

_SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService"
_NONE = ""  # the version of a chain that there is not
_COMES_BACK = 3.0  # seconds within which an Envoy that lives has connected anew (node.py: within one)
log = logging.getLogger(__name__)


class Chains:
    """What is offered on a unix socket (in a folder of mode 0700), and what the Envoy there has taken of it.

    Until the first `offer` Envoy is told nothing, and keeps what it has. Raises OSError when the socket
    cannot be made, or another agent offers chains there. Call `close` at the end.
    """

    def __init__(self, socket: Path) -> None:
        self._changed = Condition()
        self._offered: dict[str, tuple[str, str]] | None = None  # name: version, JSON text
        self._stream = _Stream()
        self._server = grpc.server(
            ThreadPoolExecutor(max_workers=4, thread_name_prefix="chains"),
            options=[("grpc.max_receive_message_length", -1)],  # an Envoy that comes back names all
        )
        method = grpc.stream_stream_rpc_method_handler(
            self._serve,
            xds.message("DeltaDiscoveryRequest").FromString,
            lambda response: response.SerializeToString(),
        )
        handler = grpc.method_handlers_generic_handler(_SERVICE, {"DeltaAggregatedResources": method})
        self._server.add_generic_rpc_handlers((handler,))
        self._lock = os.fdopen(os.open(socket.with_suffix(".lock"), os.O_CREAT | os.O_WRONLY, 0o600), "w")
        try:
            flock(self._lock, LOCK_EX | LOCK_NB)
            with envoy.short(socket) as path:
                self._server.add_insecure_port(f"unix:{path}")
                self._server.start()
            socket.chmod(0o600)
        except BlockingIOError:
            self._lock.close()
            raise OSError(f"another agent runs in {socket.parent.parent}") from None
        except RuntimeError as error:  # grpc's way to say so
            self._lock.close()
            raise OSError(f"{socket}: {error}") from error

    def close(self) -> None:
        self._server.stop(grace=0).wait()
        self._lock.close()

    def offer(self, chains: Mapping[str, str]) -> None:
        """From now on these and no others: host names to FilterChains (JSON texts)."""
        before = self._offered or {}
        fresh = {
            name: before[name]
            if name in before and before[name][1] == chain
            else (canonical.sha256(chain), chain)
            for name, chain in chains.items()
        }
        with self._changed:
            self._offered = fresh
            self._stream.refused.clear()  # what Envoy refused once it may take today
            self._stream.look_at(self._stream.asked)
            self._changed.notify_all()

    def wait_until_taken(self, names: Iterable[str], seconds: float) -> None:
        """Until Envoy has taken the chains of these names as they are offered, or their withdrawal.

        Raises envoy.Refused with the host and Envoy's reason, or when it takes longer, and envoy.Unreachable
        when Envoy has gone.
        """
        end = time.monotonic() + seconds
        with self._changed:
            for name in names:
                while self._stream.has.get(name) != self._version(name):
                    if name in self._stream.refused:
                        raise envoy.Refused(f"{name}: {self._stream.refused[name]}")
                    now = time.monotonic()
                    if now >= end:
                        raise envoy.Refused(f"Envoy did not take {name} within {seconds:.0f} seconds")
                    if now >= self._stream.ended + _COMES_BACK:
                        raise envoy.Unreachable("Envoy has gone, and does not ask for its hosts")
                    self._changed.wait(min(end - now, 0.5))

    def refused(self) -> list[str]:
        """The names of the chains that Envoy did not take, as offered last."""
        with self._changed:
            return [*self._stream.refused]

    def asked(self) -> list[str]:
        """The names of the chains that Envoy wants."""
        with self._changed:
            return [*self._stream.asked]

    def _version(self, name: str) -> str:
        return (self._offered or {}).get(name, (_NONE, ""))[0]

    def _serve(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        """One stream; a new one replaces the one before, whose Envoy has gone."""
        with self._changed:
            stream = self._stream = _Stream()
        context.add_callback(lambda: self._update(stream.end))
        Thread(target=self._listen, args=(requests, stream), daemon=True).start()
        yield from iter(lambda: self._next(stream), None)

    def _listen(self, requests: Iterator[Any], stream: _Stream) -> None:
        try:
            with suppress(grpc.RpcError):  # the stream is over
                for request in requests:
                    if request.type_url == xds.FILTER_CHAIN:
                        self._update(partial(stream.hear, request))
        finally:
            self._update(stream.end)

    def _update(self, change: Callable[[], None]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    def _next(self, stream: _Stream) -> Any:
        """What to send now, as soon as there is something; None when the stream is over."""
        while True:
            with self._changed:
                while self._offered is None or (name := stream.due(self._version)) is None:
                    if stream.is_over or stream is not self._stream:
                        return None
                    self._changed.wait()
                version, chain = self._offered.get(name, (_NONE, ""))
                nonce = stream.send(name, version)
            try:
                return xds.offer(name, version, chain, nonce) if chain else xds.withdrawal(name, nonce)
            except Exception as error:  # whatever it is: the other hosts shall get their chains
                log.exception("the chain of %s cannot be sent", name)
                self._update(partial(stream.refuse, nonce, f"cannot be sent: {error}"))


class _Stream:
    """What one Envoy asked for, has, and refused. Whoever holds the lock of `Chains` may use it."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}
        self.has: dict[str, str] = {}  # name: version that it took
        self.refused: dict[str, str] = {}  # name: Envoy's reason against what was sent last
        self.ended = math.inf  # time.monotonic()
        self._to_look_at: dict[str, None] = {}
        self._on_the_way: dict[str, tuple[str, str]] = {}  # nonce: name, version
        self._sent: dict[str, str] = {}  # name: version that was sent last
        self._nonces = count(1)

    @property
    def is_over(self) -> bool:
        return self.ended < math.inf

    def end(self) -> None:
        """Its Envoy has gone, and what it had with it."""
        self.ended = min(self.ended, time.monotonic())
        self.asked.clear()
        self.has.clear()

    def look_at(self, names: Iterable[str]) -> None:
        """Something else is offered under these names."""
        self._to_look_at |= {name: None for name in names if name in self.asked}

    def hear(self, request: Any) -> None:
        """A DeltaDiscoveryRequest: names that it wants or no longer wants, and an answer to what was sent."""
        for entry in request.initial_resource_versions:
            self.has[entry.key] = self._sent[entry.key] = entry.value
        for name in request.resource_names_unsubscribe:
            self.asked.pop(name, None)
            self.has.pop(name, None)
            self._sent.pop(name, None)
            self.refused.pop(name, None)
        self.asked |= dict.fromkeys(request.resource_names_subscribe)
        self.look_at(request.resource_names_subscribe)
        if request.HasField("error_detail"):
            self.refuse(request.response_nonce, request.error_detail.message)
        elif answered := self._on_the_way.pop(request.response_nonce, None):
            name, version = answered
            if name in self.asked:
                self.has[name] = version

    def refuse(self, nonce: str, reason: str) -> None:
        """Envoy keeps the chain before. The same one is sent again when it is offered again."""
        name, version = self._on_the_way.pop(nonce, ("", _NONE))
        if name in self.asked and self._sent.get(name) == version:
            log.warning("Envoy refuses the chain of %s: %s", name, reason)
            self.refused[name] = reason
            del self._sent[name]

    def due(self, version_of: Callable[[str], str]) -> str | None:
        """A name of which something else is offered than was sent."""
        while self._to_look_at:
            name = next(iter(self._to_look_at))
            del self._to_look_at[name]
            if name in self.asked and self._sent.get(name) != version_of(name):
                return name
        return None

    def send(self, name: str, version: str) -> str:
        """Note that it goes out now. Returns the nonce that its answer will bear."""
        nonce = str(next(self._nonces))
        self._sent[name] = version
        self._on_the_way[nonce] = name, version
        return nonce
