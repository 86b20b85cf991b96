"""Child processes of the supervisor: started in order, watched, stopped in the reverse order."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

GRACE = 10.0  # seconds between SIGTERM and SIGKILL
RESTART_AFTER = 1.0  # seconds; a child that dies at once must not spin


class NotStarted(Exception):
    """A child ended, or did not answer, before it was ready. The text names it and its log."""


@dataclass
class Child:
    """One process. Its output goes to `log`; `ready` says whether it answers; it runs in `folder`."""

    name: str
    command: list[str]
    log: Path
    folder: Path
    ready: Callable[[], bool] = lambda: True
    before: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    died_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor only, which stops it in
        order.
        """
        self.before()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def wait_ready(self, seconds: float, stop: Event) -> None:
        """Wait until it answers, or `stop` is set. Raises NotStarted when it ends or stays silent."""
        end = time.monotonic() + seconds
        while not stop.is_set() and not self.ready():
            if self.process is None or self.process.poll() is not None:
                raise NotStarted(f"{self.name} ended at once. Its last words are in {self.log}.")
            if time.monotonic() > end:
                raise NotStarted(f"{self.name} did not answer within {seconds:.0f} seconds. See {self.log}.")
            time.sleep(0.05)

    def revive(self) -> bool:
        """Start it again when it has died, a moment later. Returns whether it was started."""
        if self.process is None or self.process.poll() is None:
            return False
        now = time.monotonic()
        if not self.died_at:
            self.died_at = now
        if now - self.died_at < RESTART_AFTER:
            return False
        self.died_at = 0.0
        self.start()
        return True

    def stop(self) -> None:
        """SIGTERM to its whole group, SIGKILL to what is left after the grace."""
        if self.process is None:
            return
        for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 5.0)):
            if self.process.poll() is None:
                self._signal(number)
                try:
                    self.process.wait(patience)
                except subprocess.TimeoutExpired:
                    continue
        self._signal(signal.SIGKILL)  # a grandchild that outlived its parent

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def _die_with_parent() -> None:
    """In the child, on Linux: get SIGTERM when the supervisor is gone, however it went (prctl(2),
    PR_SET_PDEATHSIG).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def port_is_free(port: int) -> bool:
    """Whether `port` on 127.0.0.1 can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Whether somebody listens on `port`."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True
