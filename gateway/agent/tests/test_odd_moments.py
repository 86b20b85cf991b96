"""Moments that a gateway must survive, on the real Envoy."""

import ssl
import time
from pathlib import Path

import pytest

from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory
from gateway.agent.loop import DRAINED
from gateway.agent.tests import cast
from gateway.agent.tests.live_connection import Http1
from gateway.agent.tests.stage import Stage, context

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"))


def test_it_deploys_a_target_whose_name_does_not_resolve(stage: Stage) -> None:
    locked = stage.host("a.test", TRUSTED)
    ack = stage.deploy(stage.part(locked, target_url="http://nowhere.invalid"))
    assert (ack.outcome, ack.reason) == ("live", "")
    assert stage.call("a.test", cast.PARTNER).status == 503
    assert stage.call("a.test").status == 400


def test_it_waits_for_an_envoy_that_is_down(stage: Stage) -> None:
    stage.stop()
    stage.inbox.next = stage.wish(stage.part(stage.host("a.test", TRUSTED)))
    stage.agent.step()
    assert (stage.inbox.acks, stage.inbox.beats[-1].ready) == ([], False)
    stage.directory.prepare("test")
    stage.process = stage.start()
    stage.agent.step()
    assert stage.inbox.acks[-1].outcome == "live"


def test_it_goes_back_when_envoy_dies_over_a_bundle(stage: Stage) -> None:
    good = stage.part(stage.host("a.test", TRUSTED))
    stage.deploy(good)
    stage.stop()
    ack = stage.agent.take(stage.wish(stage.part(stage.host("b.test", TRUSTED))))
    assert (ack.outcome, ack.serving) == ("refused", stage.wish(good).version)
    assert "admin socket" in ack.reason
    stage.process = stage.start()  # without prepare: what lies in live/ must be the last good one
    assert stage.call("a.test", cast.PARTNER).status == 200


def test_it_serves_nothing_after_the_last_host_is_gone_and_starts_again(stage: Stage) -> None:
    some = stage.part(stage.host("a.test", TRUSTED))
    for parts in ((some,), (), (some,)):
        assert stage.deploy(*parts).outcome == "live"
    assert stage.call("a.test", cast.PARTNER).status == 200


def test_it_takes_a_bundle_again_without_a_change(stage: Stage) -> None:
    some = stage.part(stage.host("a.test", TRUSTED))
    first, again = stage.deploy(some), stage.deploy(some)
    assert (first.outcome, again.outcome, again.probes) == ("live", "live", ())


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_it_never_resumes_a_session_where_certificates_are_asked_for(
    stage: Stage, version: ssl.TLSVersion
) -> None:
    hosts = stage.host("a.test", TRUSTED), stage.host("open.test", required=False)
    stage.deploy(stage.part(*hosts))
    reused = {}
    for name in ("a.test", "open.test"):
        tls, session = context(cast.PARTNER), None
        tls.minimum_version = tls.maximum_version = version
        for _ in range(2):
            with stage.wrap(tls, name, session) as connection:
                connection.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
                assert connection.recv(100_000).startswith(b"HTTP/1.1 200")
                session, reused[name] = connection.session, connection.session_reused
    assert reused == {"a.test": False, "open.test": True}


def test_it_reaches_an_admin_socket_with_a_long_path(tmp_path: Path) -> None:
    directory = NodeDirectory(tmp_path / ("d" * 60) / ("e" * 60))
    stage = Stage(directory.root, "http://127.0.0.1:9")
    try:
        assert envoy.Admin(directory).ready()
    finally:
        stage.close()


def test_it_changes_a_target_without_losing_a_request(stage: Stage) -> None:
    host = stage.host("a.test", TRUSTED)
    stage.deploy(stage.part(host, target_url="http://127.0.0.1:9"))
    assert stage.call("a.test", cast.PARTNER).status == 503
    assert stage.deploy(stage.part(host)).outcome == "live"
    assert stage.call("a.test", cast.PARTNER).status == 200
    end = time.monotonic() + 2 * DRAINED
    while len(stage.directory.live_clusters()) > 1:
        assert time.monotonic() < end
        stage.agent.step()
        time.sleep(0.1)
    assert stage.call("a.test", cast.PARTNER).status == 200


def test_it_keeps_a_target_until_the_connections_that_use_it_are_gone(stage: Stage) -> None:
    host = stage.host("a.test", TRUSTED)
    stage.deploy(stage.part(host))
    kept = Http1(stage, "a.test", cast.PARTNER)
    assert kept.ask() == 200
    stage.deploy(stage.part(host, target_url="http://127.0.0.1:9"))
    for _ in range(10):
        stage.agent.step()
        time.sleep(0.2)
    assert kept.ask() == 200  # with “Connection: close”, as the one after it will be another connection


def test_it_brings_the_clusters_that_an_earlier_agent_left_half_way(stage: Stage) -> None:
    host = stage.host("a.test", TRUSTED)
    stage.deploy(stage.part(host, target_url="http://127.0.0.1:9"))
    stage.directory.publish("cds", '{"version_info": "half way", "resources": []}')
    stage.new_agent()
    assert stage.deploy(stage.part(host)).outcome == "live"
    assert stage.call("a.test", cast.PARTNER).status == 200
