"""What the portal is to be told waits on disk, bounded and merged, and is sent once."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from gateway.agent.remote import outbox as module
from gateway.agent.remote.outbox import Outbox
from gateway.agent.seen import Sighting

SEEN = Sighting("a.test", "ab" * 32, "", "served", "", "CN=a", 2, "2026-11-22T10:00", "2026-11-22T10:05")
LATER = replace(SEEN, count=3, first="2026-11-22T11:00", last="2026-11-22T11:05")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.json"


def test_it_merges_counts(path: Path) -> None:
    box = Outbox(path)
    box.add_seen([SEEN])
    box.add_seen([LATER])
    (_, batch) = box.next()
    (one,) = batch["sightings"]
    assert (one["count"], one["first"], one["last"]) == (5, SEEN.first, LATER.last)


def test_it_sends_what_an_agent_of_an_older_release_kept(path: Path) -> None:
    kept = asdict(SEEN)
    del kept["status"]
    path.write_text(json.dumps({"reports": [], "batch": None, "counts": [kept], "lost": [0, 0]}))
    (one,) = Outbox(path).next()[1]["sightings"]
    assert (one["count"], one["status"]) == (2, 0)


def test_it_survives_a_restart_with_the_same_batch(path: Path) -> None:
    box = Outbox(path)
    box.add_report("/node/reports", {"version": "1"})
    box.add_seen([SEEN])
    box.done()
    sent = box.next()
    box.add_seen([LATER])  # must not get into a batch that may have arrived
    again = Outbox(path)
    assert again.next() == sent
    again.done()
    assert again.next()[1]["sightings"][0]["count"] == 3
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_sends_reports_in_their_order_before_counts(path: Path) -> None:
    box = Outbox(path)
    box.add_seen([SEEN])
    for number in range(2):
        box.add_report("/node/reports", {"version": number})
    sent = []
    while waiting := box.next():
        sent.append(waiting[1].get("version", "counts"))
        box.done()
    assert sent == [0, 1, "counts"]


def test_it_says_how_many_reports_it_could_not_keep(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REPORTS", 3)
    box = Outbox(path)
    for number in range(5):
        box.add_report("/node/reports", {"version": number})
    assert box.next()[1] == {"version": 2}
    assert Outbox(path).dropped() == "2 reports could not be kept or were declined."
    box.told()
    assert box.dropped() == ""


def test_it_counts_on_without_names_when_there_are_too_many(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KEYS", 2)
    box = Outbox(path)
    box.add_seen([replace(SEEN, fingerprint=f"{number:064x}") for number in range(5)])
    sightings = box.next()[1]["sightings"]
    assert sum(sighting["count"] for sighting in sightings) == 10
    assert box.dropped() == "6 calls were counted without the names of their certificates."


def test_it_says_that_it_lost_what_it_cannot_read(path: Path) -> None:
    path.write_text("{")
    assert Outbox(path).dropped().startswith("1 reports")
