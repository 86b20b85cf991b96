"""Several accounts in one Envoy."""

import json
from typing import Any

from certificates.testing.hierarchy import NOW, ROOT, SERVER_ONLY
from gateway.agent.bundle import Holding, Part, Wanted, holding
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, ServerKey, Snapshot
from gateway.translation.node import UNREACHABLE
from gateway.translation.secret import Secret

KEY = ServerKey("wildcard", "2026", SERVER_ONLY.pem, "key-1")


def _part(account: str, *names: str, target: str = "http://10.0.0.9") -> Part:
    hosts = tuple(Host(f"{account}-{name}", name, "off", KEY) for name in names)
    proxy = Proxy(f"{account}-p", "Orders", "/orders", tuple(host.id for host in hosts), target)
    compiled = compile_snapshot(Snapshot(account, hosts, (proxy,)), NOW, upstream_roots=ROOT.pem)
    return Part.of(compiled.to_json(), dict.fromkeys(compiled.keys, Secret("KEY")))


def _held(*parts: Part) -> Holding:
    wanted = Wanted("127.0.0.1", 8443, tuple(part.note.digest for part in parts))
    return holding(wanted, {part.note.digest: part.note for part in parts})


def _listener(held: Holding) -> dict[str, Any]:
    return json.loads(held.starting_lds())["resources"][0]


def _chains(held: Holding) -> list[str]:
    return [chain["name"] for chain in _listener(held)["filter_chains"]]


def test_it_merges_accounts_into_one_listener() -> None:
    held = _held(_part("acme", "a.test", "c.test"), _part("umbrella", "b.test"))
    assert _chains(held) == ["a.test", "b.test", "c.test"] == sorted(held.hosts)
    assert len(json.loads(held.cds())["resources"]) == 1
    assert json.loads(held.starting_lds())["version_info"] == held.version


def test_it_leaves_a_claimed_host_to_the_first_account() -> None:
    held = _held(_part("acme", "a.test"), _part("umbrella", "a.test", "b.test"))
    assert _chains(held) == ["a.test", "b.test"]
    route = _listener(held)["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]
    assert route["virtual_hosts"][0]["routes"][0]["name"] == "proxy-acme-p"


def test_it_changes_nothing_of_the_listener_but_its_chains() -> None:
    one, two = _held(_part("acme", "a.test")), _held(_part("acme", "a.test", "b.test"))
    first, second = ({**_listener(held), "filter_chains": []} for held in (one, two))
    assert first == second
    assert one.hosts["a.test"] == two.hosts["a.test"]


def test_it_has_another_version_whenever_a_part_is_another() -> None:
    parts = [_part("acme", "a.test"), _part("umbrella", "b.test"), _part("umbrella", "c.test")]
    versions = {_held(*some).version for some in (parts[:1], parts[:2], parts[::2], parts[1:])}
    assert len(versions) == 4


def test_it_has_no_listener_when_nothing_is_deployed() -> None:
    held = _held()
    assert [json.loads(text)["resources"] for text in (held.lds(), held.starting_lds())] == [[], []]


def test_it_names_every_host_where_an_agent_offers_the_chains() -> None:
    held = _held(_part("acme", "a.test"), _part("umbrella", "b.test"))
    listener = json.loads(held.lds())["resources"][0]
    leads = listener["filter_chain_matcher"]["matcher_tree"]["exact_match_map"]["map"]
    names = {name: to["action"]["typed_config"]["value"] for name, to in leads.items()}
    assert names == {"a.test": "a.test", "b.test": "b.test"}
    assert [chain["name"] for chain in listener["filter_chains"]] == [UNREACHABLE]


def test_it_has_another_listener_only_where_a_host_comes_or_goes() -> None:
    one, two = _held(_part("acme", "a.test")), _held(_part("acme", "a.test", target="http://10.0.0.8"))
    assert (one.version != two.version, one.lds()) == (True, two.lds())
    assert one.naming != _held(_part("acme", "a.test", "b.test")).naming
