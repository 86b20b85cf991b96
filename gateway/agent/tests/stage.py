"""A real Envoy with its agent, a target behind it, and a client that calls through."""

import http.client
import json
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from certificates.testing.hierarchy import Identity
from gateway.agent import envoy
from gateway.agent.bundle import Part, Wanted
from gateway.agent.denied import Denied, DeniedAck
from gateway.agent.directory import NodeDirectory
from gateway.agent.loop import Ack, Agent, Status
from gateway.agent.probe import Probe
from gateway.agent.seen import Sighting
from gateway.agent.tests import cast
from gateway.translation import deny
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, Snapshot, Truststore
from gateway.translation.secret import Secret


@dataclass
class Inbox:
    """A portal that hands out what a test puts in and keeps what the agent says."""

    next: Wanted | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    acks: list[Ack] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    beats: list[Status] = field(default_factory=list)
    denials: Denied | None = None
    denied_acks: list[DeniedAck] = field(default_factory=list)

    def wanted(self) -> Wanted | None:
        wanted, self.next = self.next, None
        return wanted

    def part(self, digest: str) -> Part:
        return self.parts[digest]

    def denied(self) -> Denied | None:
        denials, self.denials = self.denials, None
        return denials

    def report_denied(self, ack: DeniedAck) -> None:
        self.denied_acks.append(ack)

    def report(self, ack: Ack) -> None:
        self.acks.append(ack)

    def report_probes(self, version: str, probes: list[Probe]) -> None:
        self.probes += probes

    def report_seen(self, sightings: list[Sighting]) -> None:
        self.sightings += sightings

    def heartbeat(self, status: Status) -> None:
        self.beats.append(status)


class Target(BaseHTTPRequestHandler):
    """Answers with the path and headers it got; /forbidden is its own 403."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps(
            {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}
        ).encode()
        self.send_response(403 if self.path == "/forbidden" else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        pass


@dataclass
class Answer:
    status: int
    body: dict[str, Any]


def context(identity: Identity | None, chain: Sequence[Identity] | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_ciphers("DEFAULT:@SECLEVEL=0")  # the gateway, not OpenSSL, shall refuse short keys
    if identity:
        with tempfile.NamedTemporaryFile("w") as file:
            above = identity.chain[1:] if chain is None else chain
            file.write(identity.key_pem + identity.pem + "".join(ca.pem for ca in above))
            file.flush()
            made.load_cert_chain(file.name)
    return made


class Stage:
    """One node directory, its Envoy process and its agent."""

    def __init__(self, root: Path, target_url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.directory = NodeDirectory(root)
        self.directory.prepare("test")
        self.inbox, self.target_url = Inbox(), target_url
        self.keys: dict[str, str] = {}
        self.servers: dict[str, Identity] = {}
        self.process = self.start()
        self.agent = Agent(self.inbox, self.directory, accept_within=10)

    def new_agent(self) -> None:
        """As when the agent's process starts anew."""
        self.agent.close()
        self.agent = Agent(self.inbox, self.directory, accept_within=10)

    def start(self) -> subprocess.Popen[bytes]:
        arguments = envoy.command(self.directory, concurrency=1)
        process = subprocess.Popen(arguments, cwd=self.directory.root)
        admin = envoy.Admin(self.directory)
        end = time.monotonic() + 10
        while not admin.ready():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        return process

    def stop(self) -> None:
        """End Envoy."""
        self.process.terminate()
        self.process.wait(10)

    def close(self) -> None:
        """End Envoy and the agent."""
        self.stop()
        self.agent.close()

    def admin_flush(self) -> None:
        """Wait until Envoy has written its logs (it flushes each half second)."""
        time.sleep(0.7)

    def host(
        self,
        name: str,
        store: Truststore | None = None,
        required: bool = True,
        mode: str = "",
        refusal: str = "explain",
    ) -> Host:
        identity = self.servers.setdefault(name, cast.server(name))
        self.keys[identity.fingerprint] = identity.key_pem
        asks = mode or ("required" if required else "off")
        return Host(name, name, asks, cast.server_key(identity), store, refusal)

    def part(
        self,
        *hosts: Host,
        target_url: str = "",
        upstream_roots: str = "",
        account: str = "acme",
        denied: tuple[str, ...] = (),
    ) -> Part:
        """A part in which one proxy leads from / on every host to the target."""
        proxy = Proxy("1", "echo", "/", tuple(host.id for host in hosts), target_url or self.target_url)
        snapshot = Snapshot(account, hosts, (proxy,), denied)
        compiled = compile_snapshot(snapshot, cast.TODAY, upstream_roots=upstream_roots)
        keys = {name: Secret(self.keys[key_id]) for name, key_id in compiled.keys.items()}
        return Part.of(compiled.to_json(), keys)

    def wish(self, *parts: Part) -> Wanted:
        """Lay parts out for the agent, and say which."""
        self.inbox.parts |= {part.note.digest: part for part in parts}
        return Wanted("127.0.0.1", self.port, tuple(part.note.digest for part in parts))

    def deploy(self, *parts: Part) -> Ack:
        self.inbox.next = self.wish(*parts)
        self.agent.step()
        return self.inbox.acks[-1]

    def deny(self, *denied: tuple[str, Identity]) -> DeniedAck:
        """Refuse certificates at once: (account, whose)."""
        self.inbox.denials = Denied(tuple(deny.entry(account, who.fingerprint) for account, who in denied))
        self.agent.step()
        return self.inbox.denied_acks[-1]

    def connect(
        self, sni: str, identity: Identity | None = None, chain: Sequence[Identity] | None = None
    ) -> ssl.SSLSocket:
        """`chain`: what is sent above the client's own certificate; everything when None."""
        return self.wrap(context(identity, chain), sni)

    def wrap(self, tls: ssl.SSLContext, sni: str, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tls.wrap_socket(raw, server_hostname=sni, session=session)

    def call(
        self,
        host: str,
        identity: Identity | None = None,
        *,
        sni: str = "",
        path: str = "/",
        headers: dict[str, str] | None = None,
        chain: Sequence[Identity] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(host)
        connection.sock = self.connect(sni or host, identity, chain)
        try:
            connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, json.loads(text) if text.startswith("{") else {"text": text})
        finally:
            connection.close()
