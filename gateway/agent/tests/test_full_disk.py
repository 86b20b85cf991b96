"""A disk that is full costs a change and not the traffic."""

import errno

import pytest

from gateway.agent import directory, seen
from gateway.agent.bundle import write_private
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"))
WHY = "The node’s own disk: No space left on device"


class Disk:
    """`write_private` until it has written so many files."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, path, content) -> None:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= 1
        write_private(path, content)


@pytest.fixture
def good(stage: Stage):
    part = stage.part(stage.host("a.test", TRUSTED))
    assert stage.deploy(part).outcome == "live"
    return part


@pytest.mark.parametrize("room", range(5))
def test_it_refuses_what_the_disk_does_not_take_and_serves_on(stage: Stage, good, monkeypatch, room) -> None:
    bigger = stage.part(stage.host("a.test", TRUSTED), stage.host("b.test", TRUSTED))
    monkeypatch.setattr(directory, "write_private", Disk(room))
    ack = stage.deploy(bigger)
    assert (ack.outcome, ack.of_node, ack.serving) == ("refused", True, stage.wish(good).version)
    assert ack.reason.startswith(WHY)
    assert stage.call("a.test", cast.PARTNER).status == 200
    assert stage.call("a.test").status == 400
    monkeypatch.undo()
    assert stage.directory.last_good().version == stage.wish(good).version
    assert stage.deploy(bigger).outcome == "live"
    assert stage.call("b.test", cast.PARTNER).status == 200


def test_it_tries_again_by_itself_when_there_is_room(stage: Stage, good, monkeypatch) -> None:
    stage.agent._retry_after = 0
    monkeypatch.setattr(directory, "write_private", Disk(0))
    assert stage.deploy(stage.part(stage.host("b.test", TRUSTED))).outcome == "refused"
    monkeypatch.undo()
    stage.agent.step()
    assert stage.inbox.acks[-1].outcome == "live"


def test_it_counts_on_without_counting_twice(stage: Stage, good, monkeypatch) -> None:
    monkeypatch.setattr(seen, "write_private", Disk(0))
    stage.call("a.test", cast.PARTNER)
    stage.admin_flush()
    for _ in range(3):
        stage.agent.tell_seen()
    assert sum(sighting.count for sighting in stage.inbox.sightings if sighting.outcome == "served") == 1
