"""A snapshot compiled: everything that a deployment stores and never works out again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.translation import canonical, envoy, facts
from gateway.translation.build import Built, build
from gateway.translation.ir import IR, Problem, Route
from gateway.translation.model import Snapshot


@dataclass(frozen=True)
class CompiledProxy:
    """`digest`: SHA-256 of what Envoy would hold for this proxy: its route, its cluster, and the chains of
    its hosts without other proxies' routes. `facts` are for `reasons`."""

    digest: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class CompiledHost:
    """`digest`: SHA-256 of the host's chain without any proxy's route. `chain_digest`: of the chain as
    deployed, so it says whether the host needs a new proof. `certificate_sha256`: of the server certificate
    (hex)."""

    name: str
    digest: str
    facts: dict[str, Any]
    client_auth: str
    certificate_sha256: str
    chain_digest: str


@dataclass(frozen=True)
class Compiled:
    """`chains` by host name, `clusters` by name, `files` name to PEM text, `keys` file name to key_id;
    `proxies` and `hosts` by id. `digest`: SHA-256 of everything that reaches Envoy. `redraw_at`: compile
    again from then on, since an anchor starts or ends (None: never)."""

    ir: IR
    chains: dict[str, dict[str, Any]]
    clusters: dict[str, dict[str, Any]]
    files: dict[str, str]
    keys: dict[str, str]
    proxies: dict[str, CompiledProxy]
    hosts: dict[str, CompiledHost]
    problems: tuple[Problem, ...]
    redraw_at: datetime | None
    digest: str

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; dates as ISO 8601, tuples as lists."""
        return {
            "ir": listed(self.ir.to_json()),
            "chains": self.chains,
            "clusters": self.clusters,
            "files": self.files,
            "keys": self.keys,
            "proxies": {proxy_id: vars(proxy) for proxy_id, proxy in self.proxies.items()},
            "hosts": {host_id: vars(host) for host_id, host in self.hosts.items()},
            "problems": [vars(problem) for problem in self.problems],
            "redraw_at": self.redraw_at.isoformat() if self.redraw_at else None,
            "digest": self.digest,
        }


def compile_snapshot(snapshot: Snapshot, at: datetime, *, upstream_roots: str) -> Compiled:
    """Translate an account as of `at` (aware). `upstream_roots`: PEM text of the CAs for https targets.

    Bad data raises nothing; it is left out, or refuses everybody, and is listed in `problems`.
    """
    built = build(snapshot, at, upstream_roots)
    gates = {gate.host_id: gate for gate in built.ir.gates}
    rendered = {route.proxy_id: envoy.route(route) for route in built.ir.routes}
    on_host: dict[str, list[dict[str, Any]]] = {host_id: [] for host_id in gates}
    for route in built.ir.routes:
        for host_id in route.hosts:
            on_host[host_id].append(rendered[route.proxy_id])
    chains = {gate.name: envoy.filter_chain(gate, on_host[gate.host_id]) for gate in built.ir.gates}
    upstreams = {route.upstream for route in built.ir.routes if route.upstream is not None and route.hosts}
    clusters = {envoy.cluster_name(upstream): envoy.cluster(upstream) for upstream in upstreams}
    clusters = dict(sorted(clusters.items()))
    hosts = {
        host.id: CompiledHost(
            name=gates[host.id].name,
            digest=canonical.digest(envoy.filter_chain(gates[host.id], ())),
            facts=facts.of_host(host, gates[host.id]),
            client_auth=host.client_auth,
            certificate_sha256=gates[host.id].certificate_sha256,
            chain_digest=canonical.digest(chains[gates[host.id].name]),
        )
        for host in snapshot.hosts
        if host.id in gates
    }
    files, keys = dict(sorted(built.files.items())), dict(sorted(built.keys.items()))
    return Compiled(
        ir=built.ir,
        chains=chains,
        clusters=clusters,
        files=files,
        keys=keys,
        proxies=_proxies(snapshot, built, rendered, hosts),
        hosts=hosts,
        problems=built.problems,
        redraw_at=built.redraw_at,
        digest=canonical.digest([chains, clusters, files, keys]),
    )


def _proxies(
    snapshot: Snapshot,
    built: Built,
    rendered: dict[str, dict[str, Any]],
    hosts: dict[str, CompiledHost],
) -> dict[str, CompiledProxy]:
    targets = {proxy.id: proxy.target_url for proxy in snapshot.proxies}
    return {
        route.proxy_id: CompiledProxy(
            digest=canonical.digest(
                {
                    "route": rendered[route.proxy_id],
                    "cluster": envoy.cluster(route.upstream) if route.upstream else None,
                    "hosts": {host_id: hosts[host_id].digest for host_id in route.hosts},
                }
            ),
            facts=_proxy_facts(route, targets[route.proxy_id], hosts),
        )
        for route in built.ir.routes
    }


def _proxy_facts(route: Route, target_url: str, hosts: dict[str, CompiledHost]) -> dict[str, Any]:
    where = {f"host {hosts[host_id].name}": hosts[host_id].facts for host_id in route.hosts}
    return {**facts.of_route(route, target_url), **where}


def listed(value: Any) -> Any:
    """The same with lists for tuples, as JSON will give it back."""
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [listed(item) for item in value]
    return value
