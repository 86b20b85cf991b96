"""A configuration composed of two: chosen hosts as of today, the others as they are live."""

from datetime import UTC, datetime

import pytest

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from gateway import compiling, composing
from gateway.agent.bundle import Part
from gateway.translation.secret import Secret
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

NOW = datetime.now(UTC)


def target(owner, proxy, url):
    proxy = Proxy.objects.get(pk=proxy.pk)
    hosts = list(proxy.hosts.all())
    change_proxy(
        actor=owner, proxy=proxy, name=proxy.name, base_path=proxy.base_path, hosts=hosts, target_url=url
    )


def today(owner):
    return compiling.compile_account(owner.account, NOW, live=None).to_json()


@pytest.fixture
def other(owner, host):
    return submit(actor=owner, wish=Wish(Operation.CREATE, "other")).host


@pytest.fixture
def both(owner, host, other):
    """A proxy on both hosts."""
    return create_proxy(
        actor=owner, name="Both", base_path="/both", hosts=[host, other], target_url="http://127.0.0.1:9"
    )


@pytest.fixture
def single(owner, host, other):
    """A proxy on one host."""
    return create_proxy(
        actor=owner, name="One", base_path="/one", hosts=[other], target_url="http://127.0.0.1:9"
    )


@pytest.fixture
def live_and_new(owner, both, single):
    """The configuration before both targets changed, and after."""
    live = today(owner)
    target(owner, both, "http://127.0.0.1:10")
    target(owner, single, "http://127.0.0.1:11")
    return live, today(owner)


def test_it_is_today_when_every_differing_host_is_taken(live_and_new):
    live, new = live_and_new
    composed = composing.compose(live, new, composing.differing_hosts(live, new))
    for part in ("chains", "clusters", "files", "keys", "hosts", "proxies", "digest"):
        assert composed[part] == new[part], part


def test_it_is_what_is_live_when_none_is_taken(live_and_new):
    live, new = live_and_new
    composed = composing.compose(live, new, [])
    for part in ("chains", "clusters", "files", "keys", "hosts", "proxies", "digest"):
        assert composed[part] == live[part], part


def test_it_takes_the_chain_of_a_chosen_host_and_keeps_the_others(live_and_new, host, other):
    live, new = live_and_new
    composed = composing.compose(live, new, [str(host.uuid)])
    assert composed["chains"][host.name] == new["chains"][host.name]
    assert composed["chains"][other.name] == live["chains"][other.name]
    assert set(composed["clusters"]) > set(live["clusters"])


def test_it_counts_a_proxy_as_deployed_only_when_all_its_hosts_are(live_and_new, host, other, both, single):
    live, new = live_and_new
    first = composing.compose(live, new, [str(host.uuid)])
    digest = first["proxies"][str(both.uuid)]["digest"]
    assert digest not in (live["proxies"][str(both.uuid)]["digest"], new["proxies"][str(both.uuid)]["digest"])
    assert first["proxies"][str(single.uuid)] == live["proxies"][str(single.uuid)]
    second = composing.compose(first, new, [str(other.uuid)])
    assert second["proxies"] == new["proxies"]


def test_it_keeps_what_is_still_to_come_as_a_reason(owner, live_and_new, host, both):
    live, new = live_and_new
    record = composing.compose(live, new, [str(host.uuid)])["proxies"][str(both.uuid)]
    assert record["facts"]["target"] == "http://127.0.0.1:9"


def test_it_takes_a_host_that_is_gone_off_the_gateway(owner, both, single, other):
    live = today(owner)
    gone = compiling.compile_account(owner.account, NOW, live=None)
    new = gone.to_json()
    for rows in (new["hosts"],):
        rows.pop(str(other.uuid))
    new["chains"].pop(other.name)
    new["ir"]["routes"] = [
        route | {"hosts": [uuid for uuid in route["hosts"] if uuid != str(other.uuid)]}
        for route in new["ir"]["routes"]
    ]
    composed = composing.compose(live, new, [str(other.uuid)])
    assert other.name not in composed["chains"]


def test_it_refuses_two_hosts_of_one_name(live_and_new, host, other):
    live, new = live_and_new
    new["hosts"][str(host.uuid)]["name"] = other.name
    with pytest.raises(composing.NameTaken):
        composing.compose(live, new, [str(host.uuid)])


def test_it_makes_a_part_that_a_node_accepts(live_and_new, host):
    live, new = live_and_new
    composed = composing.compose(live, new, [str(host.uuid)])
    part = Part.of(composed, {name: Secret("a key") for name in composed["keys"]})
    assert Part.from_text(part.revealed()).note == part.note
