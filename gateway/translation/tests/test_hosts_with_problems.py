"""One host's bad input is its own problem."""

from dataclasses import replace
from typing import Literal

import pytest

from certificates.testing.hierarchy import NOW, PARTNER, ROOT, SERVER_ONLY
from gateway.translation.compile import compile_snapshot
from gateway.translation.model import Host, Proxy, ServerKey, Snapshot, Truststore
from gateway.translation.tests.golden import entry

KEY = ServerKey("wildcard", "2026", SERVER_ONLY.pem, "key-1")
GOOD = Host("h1", "a.test", "off", KEY)


def _problems(*hosts: Host, proxies: tuple[Proxy, ...] = ()) -> tuple[list[str], list[str]]:
    compiled = compile_snapshot(Snapshot("acme", hosts, proxies), NOW, upstream_roots=ROOT.pem)
    return [problem.code for problem in compiled.problems], list(compiled.chains)


def test_it_leaves_out_a_host_whose_certificate_cannot_be_read() -> None:
    broken = Host("h2", "b.test", "off", replace(KEY, chain_pem="hello"))
    assert _problems(GOOD, broken) == (["keystore_unusable"], ["a.test"])


def test_it_serves_one_of_two_hosts_with_the_same_name() -> None:
    assert _problems(GOOD, replace(GOOD, id="h2", name="A.test")) == (["host_twice"], ["a.test"])


def test_it_leaves_out_a_name_that_is_no_name() -> None:
    assert _problems(GOOD, replace(GOOD, id="h2", name="*.test")) == (["host_name_unusable"], ["a.test"])


def test_it_gives_a_base_path_to_one_proxy_only() -> None:
    one = Proxy("p1", "Orders", "/orders", ("h1",), "http://t")
    assert _problems(GOOD, proxies=(one, replace(one, id="p2")))[0] == ["base_path_twice"]


def test_it_ignores_an_entry_that_is_not_what_it_claims() -> None:
    forged = replace(entry("root", "anchor"), pem=PARTNER.pem)
    locked = replace(GOOD, client_auth="required", truststore=Truststore("t", 1, "", (forged,)))
    assert _problems(locked)[0] == ["entry_unreadable", "truststore_trusts_nobody"]


@pytest.mark.parametrize(
    ("client_auth", "then", "effect"),
    [
        ("required", "so every caller is refused.", "refuses everybody"),
        ("optional", "so every caller with a certificate is refused.", "refuses every certificate"),
        ("trial", "so every call is noted as one that would be refused.", "notes everybody"),
    ],
)
def test_it_says_what_an_empty_truststore_means_for_callers(
    client_auth: Literal["required", "optional", "trial"], then: str, effect: str
) -> None:
    host = replace(GOOD, client_auth=client_auth, truststore=Truststore("t", 1, "", ()))
    compiled = compile_snapshot(Snapshot("acme", (host,), ()), NOW, upstream_roots=ROOT.pem)
    (problem,) = compiled.problems
    assert problem.sentence.endswith(then)
    assert problem.effect == effect


def test_it_writes_certificates_only_whatever_the_pem_text_holds() -> None:
    chatty = replace(KEY, chain_pem=f"secret notes\n{SERVER_ONLY.key_pem}{SERVER_ONLY.pem}")
    compiled = compile_snapshot(
        Snapshot("acme", (replace(GOOD, keystore=chatty),), ()), NOW, upstream_roots=ROOT.pem
    )
    assert list(compiled.files.values()) == [SERVER_ONLY.pem]
