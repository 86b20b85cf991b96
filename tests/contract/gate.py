"""One Envoy, two hosts for every truststore: as the product renders it, and with a bare `trusted_ca`."""

import json
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from certificates.pki.gateway.settings import Rendering, TlsVersion
from gateway.agent import envoy
from gateway.agent.bundle import Part
from gateway.agent.directory import NodeDirectory
from gateway.agent.tests import cast
from gateway.translation import model
from gateway.translation.compile import compile_snapshot
from gateway.translation.node import listener, validation_bootstrap
from gateway.translation.secret import Secret

from .cases import Case
from .making import NOW, Made

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
# A thousand hosts at once take Envoy seconds, and on a machine with other work to do, minutes.
PATIENCE_S = 300
# The proxy leads nowhere: who is past the lock reads 503, who is not reads 400.
_PAST_THE_LOCK = b" 503 "
_ASK = b"GET / HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True)
class Knock:
    """A client at a door. `words`: what the client saw of a refusal."""

    case: Case
    rendering: Rendering
    tls: TlsVersion
    verdict: str  # accepted, refused, not_loadable, or not_sendable: the client's own library declines
    words: str = ""


@dataclass
class Gate:
    """A running Envoy. `unloadable`: hosts whose configuration Envoy rejects."""

    port: int
    root: Path
    hosts: dict[tuple[str, Rendering], str]
    unloadable: set[str] = field(default_factory=set)
    _local: threading.local = field(default_factory=threading.local)

    def knock(self, case: Case, rendering: Rendering, tls: TlsVersion) -> Knock:
        """One handshake and one request."""
        host = self.hosts[case.name, rendering]
        if host in self.unloadable:
            return Knock(case, rendering, tls, "not_loadable")
        try:
            context = self._context(case, tls)
        except (ssl.SSLError, ValueError) as error:
            return Knock(case, rendering, tls, "not_sendable", str(error))
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), timeout=20) as raw,
                context.wrap_socket(raw, server_hostname=host) as connection,
            ):
                connection.sendall(_ASK % host.encode())
                answer = connection.recv(64)
        except TimeoutError:
            raise  # nobody was refused: the machine or the harness stands still
        except (ssl.SSLError, OSError) as error:
            return Knock(case, rendering, tls, "refused", str(error))
        accepted = _PAST_THE_LOCK in answer
        if not accepted and answer and b" 400 " not in answer:
            raise AssertionError(f"{case.name}: neither in nor out: {answer!r}")
        return Knock(case, rendering, tls, "accepted" if accepted else "refused", "")

    def _context(self, case: Case, tls: TlsVersion) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = _VERSIONS[tls]
        file = self._credentials(case.sent)
        context.load_cert_chain(file)
        return context

    def _credentials(self, sent: Sequence[Made]) -> Path:
        file = self.root / f"client-{threading.get_ident()}.pem"
        file.write_text(sent[0].key_pem + "".join(made.pem for made in sent))
        return file

    def knock_all(
        self, wanted: Iterable[tuple[Case, Rendering, TlsVersion]], threads: int = 4
    ) -> list[Knock]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda one: self.knock(*one), wanted))

    def failures(self) -> dict[str, str]:
        """Host -> Envoy's own reason for the last failed handshake there."""
        found = {}
        for line in (self.root / "log" / "connections.jsonl").read_text().splitlines():
            entry = json.loads(line)
            if entry["failure"]:
                found[entry["host"]] = _reason(entry["failure"])
        return found


def _reason(words: str) -> str:
    """BoringSSL's reason without the numbers around it."""
    last = words.split("OPENSSL_internal:")[-1] if "verify cert" not in words else words
    return re.sub(r"_?:?TLS_error_end|.*(verify cert|verification_error_at_)[^:]*[:_]", "", last).strip(
        " :_"
    )[:70]


@contextmanager
def open_gate(cases: Sequence[Case]) -> Iterator[Gate]:
    """Start Envoy with the truststores of these cases (names must be unique), and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="countersign-contract-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        hosts = {(c.name, r): f"h{n}.{r.value[0]}.test" for n, c in enumerate(cases) for r in Rendering}
        gate = Gate(port, Path(folder), hosts)
        listeners, clusters = _write(gate, cases)
        chains = [*listeners["filter_chains"], *(_bare(case, gate, listeners) for case in cases)]
        process = _start(gate, chains, listeners, clusters)
        if process is None:
            gate.unloadable = set(_rejected(gate, chains, listeners, clusters))
            kept = [chain for chain in chains if chain["name"] not in gate.unloadable]
            process = _start(gate, kept, listeners, clusters)
        assert process is not None, (gate.root / "log" / "envoy.log").read_text()[-2000:]
        try:
            yield gate
        finally:
            process.terminate()
            process.wait(20)


def _write(gate: Gate, cases: Sequence[Case]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The node directory with the product's own rendering in it; returns its listener and clusters."""
    server = cast.server("gate.test")
    own = cast.server_key(server)
    hosts = []
    for case in cases:
        name = gate.hosts[case.name, Rendering.PRODUCT]
        hosts.append(model.Host(name, name, "required", own, truststore(case)))
    proxy = model.Proxy("1", "nowhere", "/", tuple(host.id for host in hosts), "nowhere:")
    snapshot = model.Snapshot("contract", tuple(hosts), (proxy,))
    compiled = compile_snapshot(snapshot, NOW, upstream_roots="")
    directory = NodeDirectory(gate.root)
    directory.prepare("contract")
    keys = dict.fromkeys(compiled.keys, Secret(server.key_pem))
    directory.write_files(Part.of(compiled.to_json(), keys))
    return listener([*compiled.chains.values()], "127.0.0.1", gate.port), [*compiled.clusters.values()]


def truststore(case: Case) -> model.Truststore:
    """The case's store as the translation reads it."""
    entries = tuple(
        model.Entry(c.fingerprint, role.value, c.common_name, c.pem, c.not_before, c.not_after)
        for c, role in case.entries
    )
    return model.Truststore(case.name, 1, "", entries)


def _bare(case: Case, gate: Gate, around: dict[str, Any]) -> dict[str, Any]:
    """The chain of the case's product host, but with every entry in `trusted_ca` and no lock behind it."""
    name = gate.hosts[case.name, Rendering.PRODUCT]
    chain = json.loads(json.dumps(next(c for c in around["filter_chains"] if c["name"] == name)))
    other = gate.hosts[case.name, Rendering.TRUSTED_CA]
    chain["name"], chain["filter_chain_match"]["server_names"] = other, [other]
    tls = chain["transport_socket"]["typed_config"]
    pem = "".join(made.pem for made, _ in case.store)
    tls["common_tls_context"]["validation_context"] = {"trusted_ca": {"inline_string": pem}}
    tls["require_client_certificate"] = True
    manager = chain["filters"][0]["typed_config"]
    manager["http_filters"] = manager["http_filters"][-1:]
    manager.pop("local_reply_config")
    nowhere = {"match": {"prefix": "/"}, "direct_response": {"status": 503}}
    manager["route_config"] = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [nowhere]}]}
    return dict(chain)


def _configuration(
    gate: Gate, chains: Sequence[dict[str, Any]], around: dict[str, Any], clusters: list[dict[str, Any]]
) -> None:
    config = validation_bootstrap([{**around, "filter_chains": list(chains)}], clusters, "run/admin.sock")
    (gate.root / "run" / "bootstrap.json").write_text(json.dumps(config))


def _rejected(
    gate: Gate, chains: list[dict[str, Any]], around: dict[str, Any], clusters: list[dict[str, Any]]
) -> Iterator[str]:
    """The names of the chains that Envoy does not load, found by halving."""
    _configuration(gate, chains, around, clusters)
    command = [envoy.binary(), "--mode", "validate", "--config-path", "run/bootstrap.json", "-l", "off"]
    done = subprocess.run(
        [*command, "--disable-hot-restart"], cwd=gate.root, capture_output=True, check=False
    )
    if done.returncode == 0:
        return
    if len(chains) == 1:
        yield chains[0]["name"]
        return
    middle = len(chains) // 2
    yield from _rejected(gate, chains[:middle], around, clusters)
    yield from _rejected(gate, chains[middle:], around, clusters)


def _start(
    gate: Gate, chains: Sequence[dict[str, Any]], around: dict[str, Any], clusters: list[dict[str, Any]]
) -> subprocess.Popen[bytes] | None:
    """A running Envoy, or None when it does not take the configuration."""
    _configuration(gate, chains, around, clusters)
    arguments = envoy.command(NodeDirectory(gate.root), concurrency=1)
    process = subprocess.Popen(arguments, cwd=gate.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE_S
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", gate.port)) == 0:
                return process
        if time.monotonic() > end:
            process.kill()
            process.wait(10)
            raise AssertionError(f"Envoy did not start within {PATIENCE_S} s")
        time.sleep(0.02)
    return None
