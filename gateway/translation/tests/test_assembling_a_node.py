"""Several accounts in one Envoy."""

import json

from certificates.testing.hierarchy import NOW, ROOT, SERVER_ONLY
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, ServerKey, Snapshot
from gateway.translation.node import CompiledPart, NodeConfig, assemble

KEY = ServerKey("wildcard", "2026", SERVER_ONLY.pem, "key-1")


def _part(account: str, *names: str, target: str = "http://10.0.0.9") -> CompiledPart:
    hosts = tuple(Host(f"{account}-{name}", name, "off", KEY) for name in names)
    proxy = Proxy(f"{account}-p", "Orders", "/orders", tuple(host.id for host in hosts), target)
    compiled = compile_snapshot(Snapshot(account, hosts, (proxy,)), NOW, upstream_roots=ROOT.pem)
    return CompiledPart(account, json.loads(json.dumps(compiled.to_json())))


def _chains(node: NodeConfig) -> list[str]:
    return [chain["name"] for chain in node.lds["resources"][0]["filter_chains"]]


def test_it_merges_accounts_into_one_listener() -> None:
    node = assemble([_part("acme", "a.test", "c.test"), _part("umbrella", "b.test")], "127.0.0.1", 8443)
    assert _chains(node) == ["a.test", "b.test", "c.test"] == [host.name for host in node.hosts]
    assert len(node.lds["resources"]) == len(node.cds["resources"]) == 1


def test_it_gives_the_same_version_whatever_the_order_of_accounts() -> None:
    parts = [_part("acme", "a.test"), _part("umbrella", "b.test", target="https://orders.example.com")]
    assert assemble(parts, "127.0.0.1", 8443) == assemble(parts[::-1], "127.0.0.1", 8443)


def test_it_leaves_a_claimed_host_to_the_first_account_and_says_so() -> None:
    node = assemble([_part("acme", "a.test"), _part("umbrella", "a.test", "b.test")], "127.0.0.1", 8443)
    assert node.shadowed == (("umbrella", "a.test"),)
    assert _chains(node) == ["a.test", "b.test"]
    route = node.lds["resources"][0]["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]
    assert route["virtual_hosts"][0]["routes"][0]["name"] == "proxy-acme-p"


def test_it_changes_nothing_of_the_listener_but_its_chains() -> None:
    one, two = (
        assemble([_part("acme", *names)], "127.0.0.1", 8443) for names in (["a.test"], ["a.test", "b.test"])
    )
    first, second = ({**node.lds["resources"][0], "filter_chains": []} for node in (one, two))
    assert first == second
    assert one.hosts[0] == two.hosts[0]


def test_it_has_no_listener_when_nothing_is_deployed() -> None:
    assert assemble([], "127.0.0.1", 8443).lds["resources"] == []
