"""A configuration put together from two: some hosts as they are compiled today, the others as they are live.

Everything here is plain data, as `translation.compile.Compiled.to_json` gives it and a deployment stores it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from .translation import canonical

Configuration = dict[str, Any]
NOTHING: Configuration = {
    "ir": {"account": "", "gates": [], "routes": []},
    "chains": {},
    "clusters": {},
    "files": {},
    "keys": {},
    "proxies": {},
    "hosts": {},
    "problems": [],
    "redraw_at": None,
}
# Files and clusters are named by their content, so that equal names of two configurations mean equal things.
_FILE = re.compile(r"files/[a-z]+-[0-9a-f]{64}\.pem")
_CLUSTER = re.compile(r"target-[0-9a-f]{24}")


class NameTaken(Exception):
    """A host of the batch wants a name that a host outside still has on the gateway; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def differing_hosts(live: Configuration | None, today: Configuration) -> set[str]:
    """Ids of hosts whose chain differs, that are new, or that are gone."""
    before, after = (live or NOTHING)["hosts"], today["hosts"]
    return {
        host_id
        for host_id in before.keys() | after.keys()
        if before.get(host_id, {}).get("chain_digest") != after.get(host_id, {}).get("chain_digest")
    }


def compose(live: Configuration | None, today: Configuration, taken: Collection[str]) -> Configuration:
    """`taken`: ids of the hosts that come from `today`; every other host stays as in `live`.

    A proxy counts as deployed (its digest is today's) once every host it is on, or was on, is as today.
    Raises NameTaken when two hosts would have one name.
    """
    live, taken = live or NOTHING, set(taken)
    hosts = _kept(live["hosts"], taken) | _chosen(today["hosts"], taken)
    names = [host["name"] for host in hosts.values()]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise NameTaken(twice)
    chains = {
        host["name"]: (today if host_id in taken else live)["chains"][host["name"]]
        for host_id, host in hosts.items()
    }
    chains = dict(sorted(chains.items()))
    named = set(_CLUSTER.findall(canonical.text(chains)))
    clusters = _chosen(dict(sorted({**live["clusters"], **today["clusters"]}.items())), named)
    needed = set(_FILE.findall(canonical.text([chains, clusters])))
    files = _chosen(dict(sorted({**live["files"], **today["files"]}.items())), needed)
    keys = _chosen(dict(sorted({**live["keys"], **today["keys"]}.items())), needed)
    return {
        "ir": _ir(live["ir"], today["ir"], taken),
        "chains": chains,
        "clusters": clusters,
        "files": files,
        "keys": keys,
        "proxies": _proxies(live, today, taken),
        "hosts": hosts,
        "problems": _problems(live, today, taken),
        "redraw_at": min((at for at in (live["redraw_at"], today["redraw_at"]) if at), default=None),
        "digest": canonical.digest([chains, clusters, files, keys]),
        "kept": {},
    }


def _kept(rows: dict[str, Any], without: Collection[str]) -> dict[str, Any]:
    return {key: row for key, row in rows.items() if key not in without}


def _chosen(rows: dict[str, Any], only: Collection[str]) -> dict[str, Any]:
    return {key: row for key, row in rows.items() if key in only}


def _ir(live: dict[str, Any], today: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    gates = [gate for gate in live["gates"] if gate["host_id"] not in taken]
    gates += [gate for gate in today["gates"] if gate["host_id"] in taken]
    routes = [*_routes(live, lambda host_id: host_id not in taken), *_routes(today, taken.__contains__)]
    return {
        "account": today["account"],
        "gates": sorted(gates, key=lambda gate: gate["name"]),
        "routes": sorted(routes, key=lambda route: route["proxy_id"]),
    }


def _routes(ir: dict[str, Any], on: Any) -> Iterable[dict[str, Any]]:
    """The routes with only those of their hosts that `on` accepts; a route may come from both sides."""
    for route in ir["routes"]:
        if hosts := [host_id for host_id in route["hosts"] if on(host_id)]:
            yield route | {"hosts": hosts}


def _hosts_of(ir: dict[str, Any]) -> dict[str, set[str]]:
    return {route["proxy_id"]: set(route["hosts"]) for route in ir["routes"]}


def _proxies(live: Configuration, today: Configuration, taken: set[str]) -> dict[str, Any]:
    before, after = _hosts_of(live["ir"]), _hosts_of(today["ir"])
    as_today = taken | (today["hosts"].keys() - differing_hosts(live, today))
    found = {}
    for uuid in sorted(live["proxies"].keys() | today["proxies"].keys()):
        was, becomes = live["proxies"].get(uuid), today["proxies"].get(uuid)
        on = before.get(uuid, set()) | after.get(uuid, set())
        if on <= as_today:
            record = becomes
        elif not on & taken:
            record = was
        else:
            record = _between(uuid, was, becomes, live, today, after.get(uuid, set()) & taken)
        if record is not None:
            found[uuid] = record
    return found


def _between(
    uuid: str,
    was: dict[str, Any] | None,
    becomes: dict[str, Any] | None,
    live: Configuration,
    today: Configuration,
    arrived: set[str],
) -> dict[str, Any] | None:
    """A proxy of which only some hosts are as today: its digest is that of nothing else, and its facts are
    the old ones with the hosts that arrived, so that what is still to come stays a reason."""
    if was is None and not arrived:
        return None
    facts = dict((was or becomes or {})["facts"])
    if was is None:
        facts = {key: fact for key, fact in facts.items() if not key.startswith("host ")}
    for host_id in sorted(arrived):
        if host_id in live["hosts"]:
            facts.pop(f"host {live['hosts'][host_id]['name']}", None)
        host = today["hosts"][host_id]
        facts[f"host {host['name']}"] = host["facts"]
    digest = canonical.digest({"proxy": uuid, "was": was, "becomes": becomes, "arrived": sorted(arrived)})
    return {"digest": digest, "facts": facts}


def _problems(live: Configuration, today: Configuration, taken: set[str]) -> list[dict[str, Any]]:
    ours = {host["name"] for host_id, host in today["hosts"].items() if host_id in taken}
    theirs = {host["name"] for host_id, host in live["hosts"].items() if host_id not in taken}
    told = [problem for problem in live["problems"] if problem["host"] in theirs]
    return told + [problem for problem in today["problems"] if problem["host"] in ours or not problem["host"]]
