"""Refusing a certificate at once, on the real Envoy: live connections, every mode, and nobody else."""

from itertools import chain

import pytest

from gateway.agent.tests import cast
from gateway.agent.tests.live_connection import Http1, Http2
from gateway.agent.tests.stage import Stage
from gateway.translation import deny

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"), (cast.PINNED, "client"))
KINDS = pytest.mark.parametrize("kind", [Http1, Http2])


def deploy(stage: Stage, mode: str = "required", refusal: str = "explain", **more: tuple[str, ...]) -> None:
    ack = stage.deploy(stage.part(stage.host("a.test", TRUSTED, mode=mode, refusal=refusal), **more))
    assert (ack.outcome, ack.reason) == ("live", "")


@KINDS
def test_it_refuses_on_a_live_connection_and_takes_it_back(
    stage: Stage, kind: type[Http1] | type[Http2]
) -> None:
    deploy(stage)
    theirs, other = kind(stage, "a.test", cast.PARTNER), kind(stage, "a.test", cast.PINNED)
    assert (theirs.ask(), other.ask()) == (200, 200)
    ack = stage.deny(("acme", cast.PARTNER))
    assert (ack.trouble, ack.version) == ("", deny.version_of([f"acme:{cast.PARTNER.fingerprint}"]))
    assert (theirs.ask(), other.ask()) == (400, 200)
    assert stage.deny().trouble == ""
    assert (theirs.ask(), other.ask()) == (200, 200)
    theirs.close()
    other.close()


@pytest.mark.parametrize("refusal", ["explain", "handshake"])
@pytest.mark.parametrize("mode", ["required", "optional", "trial"])
def test_it_refuses_in_every_mode_and_says_why(stage: Stage, mode: str, refusal: str) -> None:
    deploy(stage, mode, refusal)
    stage.deny(("acme", cast.PARTNER))
    refused = stage.call("a.test", cast.PARTNER)
    explains = refusal == "explain" or mode == "trial"
    assert refused.status == (400 if explains else 403)
    assert refused.body == {"message": "The SSL certificate error", "reason": "certificate_denied"}
    assert stage.call("a.test", cast.PINNED).status == 200


def test_it_leaves_other_accounts_alone(stage: Stage) -> None:
    theirs = stage.part(stage.host("b.test", TRUSTED), account="globex")
    stage.deploy(stage.part(stage.host("a.test", TRUSTED)), theirs)
    stage.deny(("acme", cast.PARTNER))
    assert [stage.call(host, cast.PARTNER).status for host in ("a.test", "b.test")] == [400, 200]
    assert stage.call("b.test", cast.PARTNER, sni="a.test").status == 400


def test_it_cannot_be_deceived_by_headers_and_tells_the_target_nothing(stage: Stage) -> None:
    deploy(stage)
    stage.deny(("acme", cast.PARTNER))
    other = f"acme:{cast.PINNED.fingerprint}"
    names = ("countersign.who", "x-client-cert-sha256", "x-forwarded-client-cert", "countersign-who")
    assert stage.call("a.test", cast.PARTNER, headers=dict.fromkeys(names, other)).status == 400
    mine = dict.fromkeys(names[1:], f"acme:{cast.PARTNER.fingerprint}")
    served = stage.call("a.test", cast.PINNED, headers=mine)
    assert served.status == 200
    told = {name: value for name, value in served.body["headers"].items() if "acme" in value}
    assert set(told) <= {"countersign-who"}  # the caller's own words about nothing of ours


def test_it_writes_its_own_reason_down(stage: Stage) -> None:
    for mode in ("required", "trial"):
        deploy(stage, mode)
        stage.deny(("acme", cast.PARTNER))
        stage.call("a.test", cast.PARTNER)
        stage.admin_flush()
        stage.agent.tell_seen()
        (seen,) = [s for s in stage.inbox.sightings if s.fingerprint == cast.PARTNER.fingerprint]
        assert (seen.outcome, seen.reason, seen.host) == ("refused", "certificate_denied", "a.test")
        stage.inbox.sightings.clear()


@KINDS
def test_it_goes_on_refusing_when_a_deployment_takes_over(
    stage: Stage, kind: type[Http1] | type[Http2]
) -> None:
    deploy(stage)
    stage.deny(("acme", cast.PARTNER))
    deploy(stage, denied=(cast.PARTNER.fingerprint,))
    stage.deny()
    connection = kind(stage, "a.test", cast.PARTNER)
    assert (connection.ask(), connection.ask()) == (400, 400)
    assert stage.call("a.test", cast.PARTNER).body["reason"] == "certificate_denied"
    assert stage.call("a.test", cast.PINNED).status == 200
    connection.close()


def test_it_refuses_a_list_that_is_too_long() -> None:
    many = [f"acme:{number:064x}" for number in range(deny.MOST + 1)]
    assert deny.MOST == 200
    deny.text(many[:-1])
    with pytest.raises(ValueError, match="201 entries, and the list takes 200"):
        deny.text(chain(many))
