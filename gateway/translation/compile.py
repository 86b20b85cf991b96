"""A snapshot compiled: everything that a deployment stores and never works out again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.translation import canonical, envoy, facts, keep
from gateway.translation.build import Built, build
from gateway.translation.ir import Gate, Route
from gateway.translation.model import Snapshot
from gateway.translation.outcome import Compiled, CompiledHost, CompiledProxy


def compile_snapshot(
    snapshot: Snapshot,
    at: datetime,
    *,
    upstream_roots: str,
    live: Mapping[str, Any] | None = None,
    refused: Mapping[str, str] | None = None,
) -> Compiled:
    """Translate an account as of `at` (aware). `upstream_roots`: PEM text of the CAs for https targets.
    `live`: what is live, as `to_json` gave it, for hosts that must keep it; `refused`: hosts (ids) that Envoy
    would refuse as compiled, with its words.

    Bad data raises nothing; it is left out, keeps what is live or refuses everybody, and is listed in
    `problems`.
    """
    compiled = _compile(snapshot, at, upstream_roots)
    return keep.keep_live(compiled, snapshot, live, refused or {})


def _compile(snapshot: Snapshot, at: datetime, upstream_roots: str) -> Compiled:
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
            refusal=gates[host.id].refusal,
            in_tls=_in_tls(gates[host.id]),
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


def _in_tls(gate: Gate) -> bool:
    return gate.trust is not None and gate.trust.in_tls


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
