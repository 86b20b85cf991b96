"""Waiting for a node's next version: one query five times a second, however many nodes wait."""

from __future__ import annotations

import logging
import time
from threading import Condition, Thread

from django.db import connection

from ..cells import active_nodes

INTERVAL = 0.2  # seconds
log = logging.getLogger(__name__)


class Watch:
    """A thread that looks for as long as somebody waits."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._versions: dict[int, tuple[str, str]] = {}
        self._waiting = 0
        self._thread: Thread | None = None

    def wait(self, node_id: int, have: tuple[str, str], seconds: float) -> None:
        """Return when the node is offered another version or list of denials than it has, or is retired, or
        time is up. `have`: the versions of both."""
        end = time.monotonic() + seconds
        connection.close()  # a held request holds no connection to the database
        with self._changed:
            self._waiting += 1
            self._versions.setdefault(node_id, have)
            if self._thread is None:
                self._thread = Thread(target=self._look, name="watch", daemon=True)
                self._thread.start()
            try:
                while self._versions.get(node_id) == have and (left := end - time.monotonic()) > 0:
                    self._changed.wait(left)
            finally:
                self._waiting -= 1

    def _look(self) -> None:
        while True:
            try:
                rows = active_nodes().values_list("pk", "wanted_version", "denied_version")
                found = {pk: (wanted, denied) for pk, wanted, denied in rows}
            except Exception:
                log.exception("the nodes could not be read")
                found = None
            finally:
                connection.close()
            with self._changed:
                if found is not None and found != self._versions:
                    self._versions = found
                    self._changed.notify_all()
                if not self._waiting:
                    self._thread, self._versions = None, {}
                    return
            time.sleep(INTERVAL)


WATCH = Watch()
