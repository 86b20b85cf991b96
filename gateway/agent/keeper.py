"""Keeps the Envoy of a node running, where systemd does not."""

import logging
import subprocess
import time
from contextlib import suppress

from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory

RESTART_AFTER = 1.0  # seconds; an Envoy that ends at once must not spin
GRACE = 10.0  # seconds between being asked to end and being killed
log = logging.getLogger(__name__)


class Keeper:
    """Starts Envoy for a directory with its last good configuration, and again when it has ended. An Envoy
    that an earlier agent left behind serves on and is adopted."""

    def __init__(self, directory: NodeDirectory, node_id: str) -> None:
        self._directory, self._node_id = directory, node_id
        self._admin = envoy.Admin(directory)
        self._process: subprocess.Popen[bytes] | None = None
        self._adopted = self._admin.ready()
        self._not_before = 0.0

    def ensure(self) -> None:
        """Call it often. Raises OSError when Envoy cannot be started."""
        if self._process is not None and self._process.poll() is not None:
            log.warning("Envoy ended with status %s and is started again", self._process.returncode)
            self._process, self._not_before = None, time.monotonic() + RESTART_AFTER
        if self._adopted:
            self._adopted = self._admin.ready()
        if self._process is None and not self._adopted and time.monotonic() >= self._not_before:
            self._not_before = time.monotonic() + RESTART_AFTER
            self._directory.prepare(self._node_id)
            self._process = subprocess.Popen(
                envoy.command(self._directory),
                cwd=self._directory.root,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End Envoy, the adopted one too."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        elif self._adopted:
            with suppress(envoy.Unreachable):
                self._admin.ask("/quitquitquit", method="POST")
