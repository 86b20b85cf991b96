"""A host that cannot be rendered keeps the chain that is live, and the other hosts change as asked."""

import json
from dataclasses import replace
from typing import Any

import pytest

from certificates.testing.hierarchy import NOW, PARTNER, ROOT, SERVER_ONLY
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, ServerKey, Snapshot, Truststore
from gateway.translation.outcome import Compiled
from gateway.translation.tests.golden import entry

KEY = ServerKey("wildcard", "2026", SERVER_ONLY.pem, "key-1")
NEW_KEY = replace(KEY, key_id="key-2")
STORE = Truststore("partners", 1, "", (entry("root", "anchor"),))
LOCKED = Host("h1", "a.test", "required", KEY, STORE)
OPEN = Host("h2", "b.test", "off", KEY)
BROKEN_KEY = replace(KEY, chain_pem="hello")
UNREADABLE = replace(STORE, version=2, entries=(replace(entry("root", "anchor"), pem=PARTNER.pem),))
ORDERS = Proxy("p1", "Orders", "/orders", ("h1",), "http://10.0.0.1")
STOCK = Proxy("p2", "Stock", "/stock", ("h2",), "http://10.0.0.2")


def _compile(
    *hosts: Host, live: Any = None, proxies: tuple[Proxy, ...] = (ORDERS, STOCK), **more: Any
) -> Compiled:
    return compile_snapshot(Snapshot("acme", hosts, proxies), NOW, upstream_roots=ROOT.pem, live=live, **more)


LIVE = json.loads(json.dumps(_compile(LOCKED, OPEN).to_json()))


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (replace(LOCKED, keystore=BROKEN_KEY), "keystore_unusable"),
        (replace(LOCKED, truststore=UNREADABLE), "entry_unreadable"),
        (replace(LOCKED, name="*.test"), "host_name_unusable"),
    ],
)
def test_it_keeps_the_live_chain_of_a_bad_host(bad: Host, code: str) -> None:
    compiled = _compile(bad, replace(OPEN, keystore=NEW_KEY), live=LIVE)
    assert compiled.chains["a.test"] == LIVE["chains"]["a.test"]
    assert compiled.chains["b.test"] != LIVE["chains"]["b.test"]
    assert {p.effect for p in compiled.problems if p.code == code} == {"keeps what is live"}
    assert list(compiled.kept) == ["h1"]
    assert set(compiled.keys.values()) == {"key-1", "key-2"}
    assert compiled.proxies["p1"].digest == LIVE["proxies"]["p1"]["digest"]


def test_it_is_what_is_live_when_nothing_else_changed() -> None:
    compiled = _compile(replace(LOCKED, keystore=BROKEN_KEY), OPEN, live=LIVE)
    assert compiled.digest == LIVE["digest"]


def test_it_brings_files_and_targets_of_a_kept_chain_along() -> None:
    moved = replace(ORDERS, target_url="http://10.0.0.9")
    compiled = _compile(replace(LOCKED, keystore=BROKEN_KEY), OPEN, live=LIVE, proxies=(moved, STOCK))
    assert compiled.clusters == LIVE["clusters"]
    assert compiled.files == LIVE["files"]
    assert compiled.proxies["p1"].digest == LIVE["proxies"]["p1"]["digest"]


def test_it_leaves_out_a_bad_host_that_was_never_live() -> None:
    compiled = _compile(replace(LOCKED, id="h9", name="new.test", keystore=BROKEN_KEY), OPEN, live=LIVE)
    assert list(compiled.chains) == ["b.test"]
    assert [(p.code, p.effect) for p in compiled.problems] == [("keystore_unusable", "left out")]


def test_it_keeps_a_host_that_envoy_refuses_and_says_why() -> None:
    changed = replace(LOCKED, keystore=NEW_KEY)
    compiled = _compile(changed, OPEN, live=LIVE, refused={"h1": "the key does not fit"})
    assert compiled.chains == LIVE["chains"]
    assert [(p.code, p.effect) for p in compiled.problems] == [("envoy_refuses", "keeps what is live")]
    assert "the key does not fit" in compiled.kept["h1"][0]


def test_it_leaves_out_a_refused_host_without_a_live_chain_and_its_files() -> None:
    compiled = _compile(LOCKED, replace(OPEN, keystore=NEW_KEY), refused={"h2": "the key does not fit"})
    assert list(compiled.chains) == ["a.test"]
    assert set(compiled.keys.values()) == {"key-1"}
    assert list(compiled.proxies) == ["p1"]


def test_it_gives_no_name_to_two_hosts() -> None:
    renamed = replace(LOCKED, name="c.test", keystore=BROKEN_KEY)
    successor = replace(OPEN, id="h3", name="a.test")
    compiled = _compile(renamed, successor, live=LIVE)
    assert list(compiled.chains) == ["a.test"]
    assert compiled.hosts.keys() == {"h3"}
    assert [p.effect for p in compiled.problems] == ["left out"]
