"""A host that cannot be rendered as asked keeps the chain that is live; the others are not held up by it.

Whatever such a chain names (files, keys, clusters) comes along from the live deployment, and the proxies on
it stay as they are deployed: nothing of them is newly served or lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from gateway.translation import canonical
from gateway.translation.ir import IR, Gate, Problem
from gateway.translation.model import Snapshot
from gateway.translation.outcome import Compiled, CompiledHost, CompiledProxy
from gateway.translation.problems import KEEPS, problem

# Problems of one host that mend themselves by nothing: its stored data has to be put right.
_UNUSABLE = {"keystore_unusable", "host_name_unusable", "entry_unreadable", "base_path_twice"}


def keep_live(
    compiled: Compiled, snapshot: Snapshot, live: Mapping[str, Any] | None, refused: Mapping[str, str]
) -> Compiled:
    """`live`: the live deployment's `Compiled.to_json()`, None without one. `refused`: what Envoy says
    against hosts, by host id. Such a host without a live chain is left out."""
    ids = {host.name.lower(): host.id for host in snapshot.hosts}
    names = {host_id: name for name, host_id in ids.items()}
    unusable = {ids[p.host] for p in compiled.problems if p.code in _UNUSABLE and p.host in ids}
    if not unusable and not refused:
        return compiled
    kept = _live_gates(compiled, live or {}, unusable | refused.keys())
    out = kept.keys() | refused.keys()
    told = [*compiled.problems, *(problem("envoy_refuses", names[i], why) for i, why in refused.items())]
    problems = [replace(p, effect=KEEPS) if ids.get(p.host) in kept else p for p in told]
    if live is None or not out:
        return replace(_without(compiled, out), problems=tuple(problems))
    rest = _without(compiled, out)
    chains = rest.chains | {gate.name: live["chains"][gate.name] for gate in kept.values()}
    clusters = _named_in(chains.values(), "cluster", {**live["clusters"], **rest.clusters})
    held = [*chains.values(), *clusters.values()]
    files = _named_in(held, "filename", {**live["files"], **rest.files})
    keys = _named_in(held, "filename", {**live["keys"], **rest.keys})
    return replace(
        rest,
        ir=IR(rest.ir.account, _ordered([*rest.ir.gates, *kept.values()]), rest.ir.routes),
        chains=dict(sorted(chains.items())),
        clusters=clusters,
        files=files,
        keys=keys,
        hosts=rest.hosts | {host_id: CompiledHost(**live["hosts"][host_id]) for host_id in kept},
        proxies=_proxies(compiled, live, kept.values(), out),
        problems=tuple(problems),
        kept={host_id: _sentences(problems, names[host_id]) for host_id in sorted(kept)},
        digest=canonical.digest([dict(sorted(chains.items())), clusters, files, keys]),
    )


def _live_gates(compiled: Compiled, live: Mapping[str, Any], wanted: set[str]) -> dict[str, Gate]:
    """The gates of the hosts that can be kept, by host id: live, of today's shape, and of a name that no
    other host has taken meanwhile."""
    taken = {gate.name for gate in compiled.ir.gates if gate.host_id not in wanted}
    shape = {field.name for field in fields(CompiledHost)}
    found = {}
    for plain in live.get("ir", {}).get("gates", ()):
        host_id = plain["host_id"]
        if host_id in wanted and plain["name"] not in taken and live["hosts"][host_id].keys() == shape:
            found[host_id] = Gate.from_json(plain)
    return found


def _without(compiled: Compiled, out: Iterable[str]) -> Compiled:
    """The same without some hosts and the proxies on them."""
    gone = set(out)
    names = {gate.name for gate in compiled.ir.gates if gate.host_id in gone}
    chains = {name: chain for name, chain in compiled.chains.items() if name not in names}
    clusters = _named_in(chains.values(), "cluster", compiled.clusters)
    held = [*chains.values(), *clusters.values()]
    files, keys = (_named_in(held, "filename", each) for each in (compiled.files, compiled.keys))
    on_gone = {route.proxy_id for route in compiled.ir.routes if gone & set(route.hosts)}
    gates = tuple(gate for gate in compiled.ir.gates if gate.host_id not in gone)
    return replace(
        compiled,
        ir=IR(compiled.ir.account, gates, compiled.ir.routes),
        chains=chains,
        clusters=clusters,
        files=files,
        keys=keys,
        hosts={host_id: host for host_id, host in compiled.hosts.items() if host_id not in gone},
        proxies={proxy_id: p for proxy_id, p in compiled.proxies.items() if proxy_id not in on_gone},
        digest=canonical.digest([chains, clusters, files, keys]),
    )


def _proxies(
    compiled: Compiled, live: Mapping[str, Any], kept: Iterable[Gate], out: Iterable[str]
) -> dict[str, CompiledProxy]:
    """Proxies on other hosts as compiled; those on a kept one as they are deployed."""
    rest = _without(compiled, out).proxies
    served = {
        name.removeprefix("proxy-")
        for gate in kept
        for name in _values(live["chains"][gate.name], "name")
        if name.startswith("proxy-")
    }
    return rest | {
        proxy_id: CompiledProxy(**row) for proxy_id, row in live["proxies"].items() if proxy_id in served
    }


def _sentences(problems: Iterable[Problem], host: str) -> list[str]:
    return [f"{p.sentence} {p.remedy}" for p in problems if p.host == host and p.effect == KEEPS]


def _named_in(parts: Iterable[Any], key: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Of `known` what the parts name under `key`, sorted."""
    named = {value for part in parts for value in _values(part, key)}
    return {name: known[name] for name in sorted(named & known.keys())}


def _values(part: Any, key: str) -> Iterator[str]:
    """Every text under `key`, however deep."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == key and isinstance(value, str):
                yield value
            else:
                yield from _values(value, key)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _values(each, key)


def _ordered(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    return tuple(sorted(gates, key=lambda gate: gate.name))
