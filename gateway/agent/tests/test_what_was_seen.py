"""Access logs of the real Envoy, folded."""

import time

import pytest

from gateway.agent import envoy
from gateway.agent.seen import Seen, Sighting
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage

pytestmark = pytest.mark.journey


def _seen(stage: Stage, requests: int) -> dict[tuple[str, str, str], Sighting]:
    end = time.monotonic() + 5
    while sum(s.count for s in stage.inbox.sightings) < requests and time.monotonic() < end:
        stage.agent.tell_seen()
        time.sleep(0.05)
    return {(s.fingerprint, s.outcome, s.reason): s for s in stage.inbox.sightings}


def test_it_tells_who_was_served_and_who_was_refused(stage: Stage) -> None:
    store = cast.truststore((cast.ROOT, "anchor"), (cast.PINNED, "client"))
    stage.deploy(stage.part(stage.host("a.test", store)))
    for identity in (cast.PARTNER, cast.PINNED, cast.STRANGER, None):
        stage.call("a.test", identity)
    stage.call("elsewhere.test", cast.PARTNER, sni="a.test")
    with pytest.raises(OSError, match=r".*"):
        stage.connect("unknown.test")
    seen = _seen(stage, 5)
    assert seen.keys() == {
        (cast.PARTNER.fingerprint, "served", ""),
        (cast.PINNED.fingerprint, "served", ""),
        (cast.STRANGER.fingerprint, "refused", "client_certificate_refused"),
        ("", "refused", "no_client_certificate"),
        ("", "refused", "unknown_host"),
    }
    partner = seen[cast.PARTNER.fingerprint, "served", ""]
    assert (partner.host, partner.issuer, partner.count) == ("a.test", cast.ISSUING.fingerprint, 1)
    assert partner.subject == "CN=partner.example"
    answered = {key[2]: one.status for key, one in seen.items() if key[1] == "refused"}
    assert answered == {"client_certificate_refused": 400, "no_client_certificate": 400, "unknown_host": 0}
    assert partner.status == 200


def test_it_tells_whom_a_trial_would_refuse(stage: Stage) -> None:
    rules = cast.truststore((cast.ROOT, "anchor", "dns exact other.example"), (cast.PINNED, "client"))
    stage.deploy(stage.part(stage.host("a.test", rules, mode="trial")))
    for identity in (cast.PARTNER, cast.PINNED, cast.STRANGER, None):
        assert stage.call("a.test", identity).status == 200
    assert _seen(stage, 4).keys() == {
        (cast.PARTNER.fingerprint, "served", "trial_name_not_allowed"),
        (cast.PINNED.fingerprint, "served", ""),
        (cast.STRANGER.fingerprint, "served", "trial_client_certificate_refused"),
        ("", "served", "trial_no_client_certificate"),
    }


def test_it_tells_whom_tls_refused(stage: Stage) -> None:
    store = cast.truststore((cast.ROOT, "anchor"))
    stage.deploy(stage.part(stage.host("a.test", store, refusal="handshake")))
    for identity in (cast.STRANGER, None):
        with pytest.raises(OSError, match=r".*"):
            stage.call("a.test", identity)
    stage.admin_flush()  # the lines of the agent's own probes too, which do not count
    _seen(stage, 2)
    assert {(s.fingerprint, s.outcome, s.reason) for s in stage.inbox.sightings} == {
        (cast.STRANGER.fingerprint, "refused", "handshake_client_certificate_refused"),
        ("", "refused", "handshake_no_client_certificate"),
    }
    assert sum(s.count for s in stage.inbox.sightings) == 2


def test_it_loses_and_repeats_nothing_when_logs_rotate(stage: Stage) -> None:
    stage.deploy(stage.part(stage.host("a.test", cast.truststore((cast.ROOT, "anchor")))))
    reader = Seen(stage.directory, token="", rotate_at=1)
    admin = envoy.Admin(stage.directory)
    reader.read()
    rotations = 0
    for _ in range(5):
        stage.call("a.test", cast.PARTNER)
        stage.inbox.sightings += reader.read()
        reader.commit()
        rotations += reader.rotate(admin.reopen_logs)
    end = time.monotonic() + 3
    while time.monotonic() < end and _partner(stage) < 5:
        stage.inbox.sightings += reader.read()
        reader.commit()
        time.sleep(0.05)
    time.sleep(0.6)  # one more flush of Envoy, so that a repeated line would show
    stage.inbox.sightings += reader.read()
    assert (rotations, _partner(stage)) == (1, 5)


def _partner(stage: Stage) -> int:
    return sum(seen.count for seen in stage.inbox.sightings if seen.fingerprint == cast.PARTNER.fingerprint)
