"""Base path out, target path in, without double slashes."""

import re

import pytest

from certificates.testing.hierarchy import NOW, ROOT, SERVER_ONLY
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, ServerKey, Snapshot

HOST = Host("h1", "a.test", "off", ServerKey("wildcard", "2026", SERVER_ONLY.pem, "key-1"))


def _target_sees(base: str, target: str, path: str) -> str:
    snapshot = Snapshot("acme", (HOST,), (Proxy("p1", "Orders", base, ("h1",), target),))
    compiled = compile_snapshot(snapshot, NOW, upstream_roots=ROOT.pem)
    hcm = compiled.chains["a.test"]["filters"][0]["typed_config"]
    rewrite = hcm["route_config"]["virtual_hosts"][0]["routes"][0]["route"].get("regex_rewrite")
    return re.sub(rewrite["pattern"]["regex"], rewrite["substitution"], path) if rewrite else path


@pytest.mark.parametrize(
    ("base", "target", "path", "seen"),
    [
        ("/orders", "http://t", "/orders", "/"),
        ("/orders", "http://t/", "/orders/7", "/7"),
        ("/orders/", "http://t", "/orders//7", "/7"),
        ("/orders", "http://t/v1", "/orders", "/v1"),
        ("/orders", "http://t/v1/", "/orders/7", "/v1/7"),
        ("/", "http://t", "/7", "/7"),
        ("/", "http://t/v1", "/7", "/v1/7"),
        ("/", "http://t/v1", "/", "/v1/"),
        ("/a.b", "http://t/v1", "/a.b/7", "/v1/7"),
    ],
)
def test_it_replaces_the_base_path(base: str, target: str, path: str, seen: str) -> None:
    assert _target_sees(base, target, path) == seen


@pytest.mark.parametrize(
    "target",
    ["ftp://t", "http://", "http://u:p@t", "http://t/?q=1", "http://t:99999", "http://t/a b", "http://-"],
)
def test_it_answers_503_for_a_target_that_cannot_be_called(target: str) -> None:
    snapshot = Snapshot("acme", (HOST,), (Proxy("p1", "Orders", "/orders", ("h1",), target),))
    compiled = compile_snapshot(snapshot, NOW, upstream_roots=ROOT.pem)
    assert [problem.code for problem in compiled.problems] == ["target_unusable"]
    route = compiled.chains["a.test"]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"][0][
        "routes"
    ][0]
    assert route["direct_response"]["status"] == 503


@pytest.mark.parametrize("base", ["/a//b", "/a b", "/a?b", "/a#b", "/ä"])
def test_it_leaves_out_a_base_path_that_it_cannot_match(base: str) -> None:
    snapshot = Snapshot("acme", (HOST,), (Proxy("p1", "Orders", base, ("h1",), "http://t"),))
    compiled = compile_snapshot(snapshot, NOW, upstream_roots=ROOT.pem)
    assert [problem.code for problem in compiled.problems] == ["base_path_unusable"]
    assert compiled.proxies == {}
