"""Proof, refusal and rollback, on the real Envoy."""

from dataclasses import replace

import pytest

from gateway.agent import envoy
from gateway.agent.bundle import Part
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage
from gateway.translation.secret import Secret

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"))


@pytest.fixture
def live(stage: Stage) -> Part:
    bundle = stage.part(stage.host("a.test", TRUSTED), stage.host("b.test", TRUSTED))
    assert stage.deploy(bundle).outcome == "live"
    return bundle


def test_it_changes_one_host_and_leaves_the_others_connections_alone(stage: Stage, live: Part) -> None:
    with stage.connect("b.test", cast.PARTNER) as untouched:
        emptied = stage.part(stage.host("a.test", cast.truststore(version=2)), stage.host("b.test", TRUSTED))
        ack = stage.deploy(emptied)
        assert (ack.outcome, {probe.host for probe in ack.probes}) == ("live", {"a.test"})
        untouched.sendall(b"GET / HTTP/1.1\r\nHost: b.test\r\n\r\n")
        assert untouched.recv(12) == b"HTTP/1.1 200"
    assert stage.call("a.test", cast.PARTNER).status == 400
    assert stage.call("b.test", cast.PARTNER).status == 200


def test_it_refuses_a_key_that_does_not_fit_and_keeps_the_last_good(stage: Stage, live: Part) -> None:
    stranger_key = Secret(cast.STRANGER.key_pem)
    added = stage.part(
        stage.host("a.test", TRUSTED), stage.host("b.test", TRUSTED), stage.host("c.test", TRUSTED)
    )
    (new,) = set(added.keys) - set(live.keys)
    ack = stage.deploy(replace(added, keys={**added.keys, new: stranger_key}))
    assert (ack.outcome, ack.serving) == ("refused", stage.wish(live).version)
    assert "private key" in ack.reason.lower()
    assert stage.call("a.test", cast.PARTNER).status == 200


def test_it_goes_back_when_a_probe_is_answered_differently(stage: Stage, live: Part) -> None:
    opened = stage.part(stage.host("a.test", required=False), stage.host("b.test", TRUSTED))
    wrong = tuple(replace(host, client_auth="required") for host in opened.note.hosts)
    ack = stage.deploy(replace(opened, note=replace(opened.note, hosts=wrong)))
    assert (ack.outcome, ack.serving) == ("refused", stage.wish(live).version)
    assert ack.reason.startswith("a.test, no certificate: 200")
    assert stage.call("a.test").status == 400


def test_it_goes_back_when_the_running_envoy_rejects_it(
    stage: Stage, live: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envoy, "validate", lambda parts, address, port: None)  # as if the two had disagreed
    added = stage.part(stage.host("a.test", TRUSTED), stage.host("c.test", TRUSTED))
    (new,) = set(added.keys) - set(live.keys)
    ack = stage.deploy(replace(added, keys={**added.keys, new: Secret(cast.STRANGER.key_pem)}))
    assert (ack.outcome, ack.serving) == ("refused", stage.wish(live).version)
    assert "private key" in ack.reason.lower()
    assert stage.call("b.test", cast.PARTNER).status == 200


def test_it_closes_the_changed_hosts_connections_soon(stage: Stage, live: Part) -> None:
    with stage.connect("a.test", cast.PARTNER) as changed:
        emptied = stage.part(stage.host("a.test", cast.truststore()), stage.host("b.test", TRUSTED))
        stage.deploy(emptied)
        changed.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        answer = changed.recv(100_000)
        assert b"connection: close" in answer or answer == b""


def test_it_serves_the_last_good_after_a_restart_of_envoy(stage: Stage, live: Part) -> None:
    stage.stop()
    stage.directory.publish("lds", '{"version_info": "broken", "resources": [{"nonsense": 1}]}')
    stage.directory.prepare("test")
    stage.process = stage.start()
    assert stage.call("a.test", cast.PARTNER).status == 200


def test_it_removes_hosts_and_their_files(stage: Stage, live: Part) -> None:
    kept = stage.part(stage.host("a.test", TRUSTED))
    assert stage.deploy(kept).outcome == "live"
    names = {f"files/{path.name}" for path in (stage.directory.root / "files").iterdir()}
    assert names == {*kept.files, *kept.keys}
    with pytest.raises(OSError, match=r".*"):
        stage.connect("b.test")


def test_it_keeps_every_file_private(stage: Stage, live: Part) -> None:
    for path in stage.directory.root.rglob("*"):
        if path.parent.name in ("files", "run", "live", "good"):
            assert path.stat().st_mode & 0o077 == 0, path
