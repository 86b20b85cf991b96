"""What the portal is still to be told: on disk, so that neither an outage nor a restart loses it.

Bounded: of reports the newest are kept, counts are merged. What could not be kept is said with the next
heartbeat.
"""

import json
import logging
import secrets
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gateway.agent.bundle import write_private
from gateway.agent.seen import Sighting

MOST_REPORTS = 100
MOST_KEYS = 20_000  # beyond so many different ones, new certificates are counted without their names
BATCH = 2_000
log = logging.getLogger(__name__)


class Outbox:
    """First reports in their order, then counts in batches. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reports: list[dict[str, Any]] = []
        self._batch: dict[str, Any] | None = None  # sent at least once: nothing is added to it any more
        self._counts: dict[tuple[str, ...], Sighting] = {}
        self._lost_reports = self._lost_names = 0
        self._read()

    def add_report(self, path: str, body: dict[str, Any]) -> None:
        """Keep a report for `path` of the endpoint."""
        self._reports.append({"path": path, "body": body})
        self._lost_reports += max(len(self._reports) - MOST_REPORTS, 0)
        del self._reports[:-MOST_REPORTS]
        self._write()

    def add_seen(self, sightings: list[Sighting]) -> None:
        """Merge counts."""
        for new in sightings:
            if len(self._counts) >= MOST_KEYS and _key(new) not in self._counts:
                self._lost_names += new.count if new.fingerprint else 0
                new = replace(new, fingerprint="", issuer="", subject="")
            old = self._counts.get(_key(new))
            self._counts[_key(new)] = old.plus(new) if old else new
        self._write()

    def next(self) -> tuple[str, dict[str, Any]] | None:
        """What is to be sent first: the path, and the body; None when there is nothing. Until `done`, it
        is the same: a batch that is sent again has the same name."""
        if self._reports:
            return self._reports[0]["path"], self._reports[0]["body"]
        if self._batch is None and self._counts:
            keys = list(self._counts)[:BATCH]
            taken = [asdict(self._counts.pop(key)) for key in keys]
            self._batch = {"batch": secrets.token_hex(16), "sightings": taken}
            self._write()
        return ("/node/seen", self._batch) if self._batch else None

    def done(self, *, lost: bool = False) -> None:
        """What `next` gave was sent, or is lost: the portal will never take it."""
        self._lost_reports += lost
        if self._reports:
            del self._reports[0]
        else:
            self._batch = None
        self._write()

    def dropped(self) -> str:
        """A sentence about what could not be kept, "" when nothing was."""
        said = []
        if self._lost_reports:
            said.append(f"{self._lost_reports} reports could not be kept or were declined.")
        if self._lost_names:
            said.append(f"{self._lost_names} calls were counted without the names of their certificates.")
        return " ".join(said)

    def told(self) -> None:
        """The portal knows what was dropped."""
        if self._lost_reports or self._lost_names:
            self._lost_reports = self._lost_names = 0
            self._write()

    def _write(self) -> None:
        kept = {
            "reports": self._reports,
            "batch": self._batch,
            "counts": [asdict(sighting) for sighting in self._counts.values()],
            "lost": [self._lost_reports, self._lost_names],
        }
        try:
            write_private(self._path, json.dumps(kept))
        except OSError as error:
            log.warning("the outbox is kept in memory only: %s", error)

    def _read(self) -> None:
        try:
            kept = json.loads(self._path.read_text())
            counts = [Sighting(**sighting) for sighting in kept["counts"]]
            self._reports, self._batch = list(kept["reports"]), kept["batch"]
            self._lost_reports, self._lost_names = map(int, kept["lost"])
            self._counts = {_key(sighting): sighting for sighting in counts}
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError):
            self._lost_reports += 1  # it was there, and nobody can read it any more


def _key(sighting: Sighting) -> tuple[str, ...]:
    return (sighting.host, sighting.fingerprint, sighting.issuer, sighting.outcome, sighting.reason)
