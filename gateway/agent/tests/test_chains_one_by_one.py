"""Envoy takes each chain alone, and needs no agent to serve what it has: on the real Envoy."""

import http.client
import socket
import time
from dataclasses import replace
from threading import Event, Thread
from unittest.mock import Mock

import pytest

from gateway.agent import envoy
from gateway.agent.loop import Agent
from gateway.agent.tests import cast
from gateway.agent.tests.live_connection import Http1
from gateway.agent.tests.stage import Stage

pytestmark = pytest.mark.journey
TRUSTED = cast.truststore((cast.ROOT, "anchor"))
EMPTIED = cast.truststore(version=2)
DRAINED_AFTER = 15.0  # seconds, at the most


@pytest.fixture
def live(stage: Stage) -> Stage:
    assert stage.deploy(stage.part(stage.host("a.test", TRUSTED), stage.host("b.test", TRUSTED)))
    return stage


def _listeners_made(stage: Stage) -> int:
    found = envoy.Admin(stage.directory).stats(r"^listener_manager\.listener_(added|modified)$")
    return sum(int(value) for value in found.values())


def _closes(connection: Http1) -> bool:
    end = time.monotonic() + DRAINED_AFTER
    while time.monotonic() < end:
        try:
            connection.ask()
        except (OSError, http.client.HTTPException):
            return True
        time.sleep(0.2)
    return False


def test_it_leaves_the_listener_as_it_is_when_a_host_changes(live: Stage) -> None:
    before = _listeners_made(live)
    live.deploy(live.part(live.host("a.test", EMPTIED), live.host("b.test", TRUSTED)))
    assert live.call("a.test", cast.PARTNER).status == 400
    assert _listeners_made(live) == before


def test_it_leaves_connections_alone_when_hosts_come_and_go(live: Stage) -> None:
    kept = Http1(live, "b.test", cast.PARTNER)
    hosts = [live.host(name, TRUSTED) for name in ("a.test", "b.test", "c.test")]
    assert live.deploy(live.part(*hosts)).outcome == "live"
    assert live.call("c.test", cast.PARTNER).status == 200
    assert live.deploy(live.part(hosts[1])).outcome == "live"
    time.sleep(6)  # longer than Envoy drains
    assert kept.ask() == 200


def test_it_closes_the_connections_of_a_host_that_goes(live: Stage) -> None:
    left = Http1(live, "a.test", cast.PARTNER)
    assert left.ask() == 200
    live.deploy(live.part(live.host("b.test", TRUSTED)))
    assert _closes(left)


def test_it_goes_on_with_an_envoy_that_outlives_the_agent(live: Stage) -> None:
    kept = Http1(live, "b.test", cast.PARTNER)
    live.agent.close()
    assert live.call("a.test", cast.PARTNER).status == 200
    live.new_agent()
    emptied = live.part(live.host("a.test", EMPTIED), live.host("b.test", TRUSTED))
    assert live.deploy(emptied).outcome == "live"
    assert live.call("a.test", cast.PARTNER).status == 400
    assert kept.ask() == 200


def test_it_serves_every_call_while_agents_come_and_go(live: Stage) -> None:
    kept, answers, stop = Http1(live, "b.test", cast.PARTNER), [], Event()

    def call() -> None:
        while not stop.is_set():
            answers.append((live.call("a.test", cast.PARTNER).status, kept.ask()))

    caller = Thread(target=call)
    caller.start()
    for _ in range(4):
        live.new_agent()
        time.sleep(1.2)  # longer than Envoy waits before it connects anew
    stop.set()
    caller.join()
    assert set(answers) == {(200, 200)}


def test_it_leaves_an_envoy_alone_whose_last_good_is_not_readable(live: Stage) -> None:
    (live.directory.root / "good" / "wanted.json").write_text("{")
    live.new_agent()
    time.sleep(1.5)
    assert live.call("a.test", cast.PARTNER).status == 200


def test_it_answers_no_envoy_when_it_cannot_begin(live: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    live.agent.close()
    with monkeypatch.context() as patch:
        patch.setattr("gateway.agent.loop.Prober", Mock(side_effect=OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            live.agent = Agent(live.inbox, live.directory)
    live.new_agent()
    emptied = live.part(live.host("a.test", EMPTIED), live.host("b.test", TRUSTED))
    assert live.deploy(emptied).outcome == "live"


def test_it_changes_other_hosts_when_envoy_refuses_the_chain_of_one(live: Stage) -> None:
    chain = live.agent._good.chains["b.test"]
    live.agent._chains.offer({**live.agent._good.chains, "b.test": chain.replace('"stat_prefix"', '"x"')})
    with pytest.raises(envoy.Refused):
        live.agent._chains.wait_until_taken(["b.test"], 10)
    live.agent._live = replace(live.agent._good)
    emptied = live.part(live.host("a.test", EMPTIED), live.host("b.test", TRUSTED))
    assert live.deploy(emptied).outcome == "live"
    assert live.call("b.test", cast.PARTNER).status == 200


def test_it_puts_back_a_listener_file_that_envoy_refuses(live: Stage) -> None:
    good = live.directory.published("lds")
    hosts = live.host("a.test", TRUSTED), live.host("b.test", TRUSTED)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        part = live.part(*hosts, live.host("c.test", TRUSTED))
        live.inbox.next = replace(live.wish(part), port=taken.getsockname()[1])
        live.agent.step()
        assert live.inbox.acks[-1].outcome == "refused"
    assert live.directory.published("lds") == good
    assert live.deploy(live.part(*hosts, target_url="http://127.0.0.1:9")).outcome == "live"


def test_it_takes_back_what_an_agent_left_half_way(live: Stage) -> None:
    good = live.agent._good
    half_way = live.part(live.host("a.test", EMPTIED), live.host("b.test", TRUSTED))
    live.directory.write_files(half_way)
    live.agent._chains.offer(half_way.note.chains)
    live.agent._chains.wait_until_taken(["a.test"], 10)
    assert live.call("a.test", cast.PARTNER).status == 400
    live.new_agent()
    live.agent._chains.wait_until_taken(good.chains, 10)
    assert live.call("a.test", cast.PARTNER).status == 200


def test_it_starts_without_an_agent_and_takes_single_chains_when_one_comes(live: Stage) -> None:
    live.agent.close()
    live.stop()
    live.directory.prepare("test")
    live.process = live.start()
    assert live.call("a.test", cast.PARTNER).status == 200
    live.new_agent()
    live.agent.step()
    assert envoy.Admin(live.directory).versions()["lds"] == live.agent._good.naming
    assert live.call("a.test", cast.PARTNER).status == 200


def test_it_keeps_a_host_whose_new_chain_envoy_refuses_and_names_it(live: Stage) -> None:
    broken = live.part(live.host("a.test", TRUSTED), live.host("b.test", EMPTIED))
    broken.note.chains["b.test"] = broken.note.chains["b.test"].replace('"stat_prefix"', '"nonsense"')
    ack = live.deploy(broken)
    assert ack.outcome == "refused"
    assert ack.reason.startswith("b.test: ")
    assert live.call("b.test", cast.PARTNER).status == 200
