"""The emergency list through restarts and damage, on the real Envoy."""

import pytest

from gateway.agent.denied import Denied
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage
from gateway.translation import deny

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"), (cast.PINNED, "client"))
BOTH = (cast.PARTNER, cast.PINNED)


@pytest.fixture
def refusing(stage: Stage) -> Stage:
    """A stage on which the partner is refused by the list."""
    stage.deploy(stage.part(stage.host("a.test", TRUSTED)))
    stage.deny(("acme", cast.PARTNER))
    assert statuses(stage) == [400, 200]
    return stage


def statuses(stage: Stage) -> list[int]:
    return [stage.call("a.test", who).status for who in BOTH]


def damage(stage: Stage, content: str | None) -> None:
    path = stage.directory.root / deny.FILE
    if content is None:
        path.unlink()
    else:
        path.write_text(content)


def test_it_stays_in_force_over_a_restart_of_envoy(refusing: Stage) -> None:
    refusing.stop()
    refusing.directory.prepare("test")
    refusing.process = refusing.start()
    assert statuses(refusing) == [400, 200]


def test_it_stays_in_force_over_a_restart_of_the_agent(refusing: Stage) -> None:
    refusing.new_agent()
    refusing.agent.step()
    assert statuses(refusing) == [400, 200]
    again = refusing.deny(("acme", cast.PARTNER))
    assert (again.trouble, statuses(refusing)) == ("", [400, 200])


@pytest.mark.parametrize("content", [None, "garbled", '{"resources": []}'])
def test_it_keeps_what_was_in_force_when_the_file_is_damaged_and_says_so(
    refusing: Stage, content: str | None
) -> None:
    damage(refusing, content)
    assert statuses(refusing) == [400, 200]
    refusing.agent.denying.look_now()
    refusing.agent.step()
    told = [ack.trouble for ack in refusing.inbox.denied_acks]
    assert told == ["", "The list on the node’s disk was changed or gone. It is written anew.", ""]
    assert refusing.directory.denied_text() == deny.text([f"acme:{cast.PARTNER.fingerprint}"])
    assert statuses(refusing) == [400, 200]


@pytest.mark.parametrize("content", [None, "garbled"])
def test_it_serves_by_the_lock_alone_when_nothing_is_left_of_the_list(
    refusing: Stage, content: str | None
) -> None:
    refusing.stop()
    damage(refusing, content)
    refusing.directory.prepare("test")
    refusing.process = refusing.start()
    assert [*statuses(refusing), refusing.call("a.test", cast.STRANGER).status] == [200, 200, 400]
    refusing.new_agent()
    assert refusing.deny(("acme", cast.PARTNER)).trouble == ""
    assert statuses(refusing) == [400, 200]


def test_it_never_blocks_callers_when_envoy_starts_with_a_garbled_list(refusing: Stage) -> None:
    refusing.stop()
    damage(refusing, "garbled")
    refusing.process = refusing.start()
    assert [*statuses(refusing), refusing.call("a.test", cast.STRANGER).status] == [200, 200, 400]


def test_it_is_written_while_envoy_is_down_and_confirmed_when_it_is_back(refusing: Stage) -> None:
    refusing.stop()
    ack = refusing.deny(("acme", cast.PINNED))
    assert ack.trouble.startswith("Envoy does not answer")
    refusing.process = refusing.start()
    refusing.agent.step()
    assert refusing.inbox.denied_acks[-1].trouble == ""
    assert statuses(refusing) == [200, 400]


def test_it_is_confirmed_where_no_host_asks_for_certificates(stage: Stage) -> None:
    stage.deploy(stage.part(stage.host("open.test", required=False)))
    assert stage.deny(("acme", cast.PARTNER)).trouble == ""
    assert stage.call("open.test", cast.PARTNER).status == 200


@pytest.mark.parametrize("entries", [["acme"], ["acme:" + "G" * 64], [f"acme:{n:064x}" for n in range(201)]])
def test_it_takes_no_list_that_is_none(entries: list[str]) -> None:
    with pytest.raises(ValueError, match="entries"):
        Denied.from_json({"entries": entries})
