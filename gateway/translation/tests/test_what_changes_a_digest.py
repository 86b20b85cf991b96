"""A proxy is flagged for what Envoy would hold differently, and for nothing else."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from certificates.testing.hierarchy import ISSUING, NOW, PARTNER, ROOT, SERVER_ONLY
from gateway.translation.canonical import sha256
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, ServerKey, Snapshot, Truststore
from gateway.translation.outcome import Compiled
from gateway.translation.reasons import reasons
from gateway.translation.tests.golden import EXPIRED_ROOT, entry

KEY = ServerKey("wildcard", "2026", SERVER_ONLY.pem, "key-1")
STORE = Truststore("partner-clients", 1, "", (entry("root", "anchor"), entry("partner", "client")))
LOCKED = Host("h1", "partners.acme.example", "required", KEY, STORE)
OPEN = Host("h2", "api.acme.example", "off", KEY)
ORDERS = Proxy("p1", "Orders", "/orders", ("h1", "h2"), "http://orders.internal:8080")
STOCK = Proxy("p2", "Stock", "/stock", ("h1",), "http://stock.internal")


def _compile(
    host: Host = LOCKED, orders: Proxy = ORDERS, stock: Proxy = STOCK, at: datetime = NOW
) -> Compiled:
    return compile_snapshot(Snapshot("acme", (host, OPEN), (orders, stock)), at, upstream_roots=ROOT.pem)


BEFORE = _compile()


@pytest.mark.parametrize(
    "after",
    [
        _compile(orders=replace(ORDERS, name="Orders, renamed")),
        _compile(orders=replace(ORDERS, hosts=("h2", "h1"))),
        _compile(host=replace(LOCKED, truststore=replace(STORE, entries=STORE.entries[::-1]))),
        _compile(host=replace(LOCKED, truststore=replace(STORE, version=2))),
        _compile(stock=replace(STOCK, base_path="/stock/v2", target_url="http://elsewhere.internal")),
    ],
    ids=[
        "renamed",
        "hosts in another order",
        "entries in another order",
        "same trust, new version",
        "a neighbour",
    ],
)
def test_it_ignores_what_envoy_would_not_notice(after: Compiled) -> None:
    assert after.proxies["p1"].digest == BEFORE.proxies["p1"].digest


NARROWER = replace(STORE, version=2, entries=STORE.entries[:1])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"host": replace(LOCKED, truststore=NARROWER)},
            ["partners.acme.example: truststore partner-clients version 1 → version 2"],
        ),
        (
            {"host": replace(LOCKED, truststore=replace(NARROWER, name="vendors", via="ref://trust"))},
            [
                "partners.acme.example: truststore partner-clients version 1 → vendors version 2 via ref://trust"
            ],
        ),
        (
            {"host": replace(LOCKED, client_auth="off")},
            [
                "partners.acme.example: client authentication required → off",
                "partners.acme.example: truststore partner-clients version 1 → none",
            ],
        ),
        (
            {"host": replace(LOCKED, keystore=replace(KEY, chain_pem=SERVER_ONLY.pem + ISSUING.pem))},
            ["the same settings are rendered differently by this version of the portal"],
        ),
        (
            {"host": replace(LOCKED, keystore=replace(KEY, key_id="key-2"))},
            [f"partners.acme.example: server key {sha256('key-1')[:12]} → {sha256('key-2')[:12]}"],
        ),
        ({"orders": replace(ORDERS, base_path="/orders/v2")}, ["base path /orders → /orders/v2"]),
        (
            {"orders": replace(ORDERS, target_url="http://orders.internal:9090")},
            ["target http://orders.internal:8080 → http://orders.internal:9090"],
        ),
        ({"orders": replace(ORDERS, hosts=("h1",))}, ["no longer on api.acme.example"]),
    ],
)
def test_it_changes_and_says_why(change: dict[str, Any], why: list[str]) -> None:
    after = _compile(**change)
    assert after.proxies["p1"].digest != BEFORE.proxies["p1"].digest
    assert reasons(BEFORE.proxies["p1"].facts, after.proxies["p1"].facts) == why


def test_it_flags_the_proxies_of_the_changed_host_only() -> None:
    stock_elsewhere = replace(STOCK, hosts=("h2",))
    before = _compile(stock=stock_elsewhere)
    after = _compile(host=replace(LOCKED, truststore=NARROWER), stock=stock_elsewhere)
    assert after.proxies["p1"].digest != before.proxies["p1"].digest
    assert after.proxies["p2"].digest == before.proxies["p2"].digest


def test_it_knows_new_and_gone_proxies() -> None:
    facts = BEFORE.proxies["p1"].facts
    assert reasons(None, facts) == ["not deployed yet"]
    assert reasons(facts, None) == ["still deployed, though it is gone"]


def test_it_changes_when_an_anchor_expires_and_says_when_to_look_again() -> None:
    store = Truststore("old", 1, "", (entry("expired_root", "anchor"), entry("root", "anchor")))
    host = replace(LOCKED, truststore=store)
    end = EXPIRED_ROOT.certificate.not_valid_after_utc
    earlier = _compile(host=host, at=end)
    assert earlier.redraw_at is not None
    assert end < earlier.redraw_at < NOW
    later = _compile(host=host, at=earlier.redraw_at)
    assert later.proxies["p1"].digest != earlier.proxies["p1"].digest
    (reason,) = reasons(earlier.proxies["p1"].facts, later.proxies["p1"].facts)
    assert reason.startswith("partners.acme.example: trusted certificates 2 issuers (")


def test_it_is_plain_json_and_holds_no_private_key() -> None:
    plain = str(BEFORE.to_json())
    assert "PRIVATE KEY" not in plain
    assert PARTNER.fingerprint in plain
