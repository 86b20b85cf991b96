"""The emergency list of refused certificates: written beside the configuration, and confirmed by Envoy.

It needs no deployment and no proof: one file is renamed, and every chain that asks for certificates follows.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory
from gateway.translation import deny

_ENTRY = re.compile(r"[0-9a-z-]{1,36}:[0-9a-f]{64}")
LOOK_EVERY = 5.0  # seconds between two looks at the file and at what Envoy holds
SOON = 0.5  # seconds within which Envoy has it, unless something is wrong
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Denied:
    """Whom the portal wants refused at once: entries as `translation.deny.entry` makes them."""

    entries: tuple[str, ...]

    @cached_property
    def version(self) -> str:
        return deny.version_of(self.entries)

    def to_json(self) -> dict[str, Any]:
        return {"entries": list(self.entries)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Denied:
        """Raises KeyError, TypeError or ValueError for what `to_json` did not make."""
        entries = tuple(str(each) for each in plain["entries"])
        if strange := [each for each in entries if not _ENTRY.fullmatch(each)]:
            raise ValueError(f"{len(strange)} entries are no entry of the list")
        deny.text(entries)
        return cls(entries)


@dataclass(frozen=True)
class DeniedAck:
    """What became of a list. `trouble` is "" when Envoy has it in force, `milliseconds` after it was written;
    else it says why not."""

    version: str
    trouble: str
    milliseconds: int


class DenyPortal(Protocol):
    """The two words of the portal that matter here."""

    def denied(self) -> Denied | None: ...

    def report_denied(self, ack: DeniedAck) -> None: ...


class Denying:
    """Keeps the node's list as the portal wants it. `asks`: whether a chain that is live reads the list;
    where none does there is nobody to ask whether it is in force."""

    def __init__(
        self, portal: DenyPortal, directory: NodeDirectory, admin: envoy.Admin, asks: Callable[[], bool]
    ) -> None:
        self._portal, self._directory, self._admin, self._asks = portal, directory, admin, asks
        self._wanted: Denied | None = None
        self._unconfirmed = False
        self._written, self._told, self._next_look = 0.0, "", 0.0

    def step(self) -> None:
        """Take what is newly wanted, and see to it that what was taken stays in force."""
        if (wanted := self._portal.denied()) is not None:
            self._wanted, self._told = wanted, ""
            self._write()
            self._confirm(SOON)
        elif self._wanted is not None and self._unconfirmed:
            self._confirm(0)
        elif self._wanted is not None and time.monotonic() >= self._next_look:
            self._look()

    def look_now(self) -> None:
        """Look with the next step, whenever the last look was."""
        self._next_look = 0.0

    def _write(self) -> None:
        assert self._wanted is not None
        self._written, self._unconfirmed = time.monotonic(), True
        try:
            self._directory.publish_denied(deny.text(self._wanted.entries))
        except OSError as error:
            self._tell(f"The node’s own disk: {error.strerror or error}. Mend that; the agent tries again.")

    def _confirm(self, within: float) -> None:
        """Report once Envoy has it; when it has not in a moment, say why and go on asking."""
        end = time.monotonic() + within
        while (why := self._why_not()) and time.monotonic() < end:
            time.sleep(0.002)
        now = time.monotonic()
        if not why:
            self._unconfirmed, self._next_look = False, now + LOOK_EVERY
            self._tell("", round((now - self._written) * 1000))
        elif now - self._written >= SOON:
            self._tell(why)
            if now >= self._next_look:
                self._next_look = now + LOOK_EVERY
                if self._is_damaged():
                    self._write()

    def _look(self) -> None:
        """Somebody may have changed the file, or Envoy may have started without it."""
        self._next_look = time.monotonic() + LOOK_EVERY
        if self._is_damaged():
            self._tell("The list on the node’s disk was changed or gone. It is written anew.")
            self._write()
            self._confirm(SOON)
        elif self._why_not():
            self._unconfirmed = True

    def _is_damaged(self) -> bool:
        assert self._wanted is not None
        return self._directory.denied_text() != deny.text(self._wanted.entries)

    def _why_not(self) -> str:
        """Why the list is not in force; "" when it is."""
        assert self._wanted is not None
        if self._is_damaged():
            return "The list on the node’s disk is not the one that was given."
        if not self._asks():
            return ""
        try:
            held = self._admin.denied_version()
        except envoy.Unreachable as error:
            return f"Envoy does not answer, so nobody is served or refused: {error}"
        return "" if held == self._wanted.version else "Envoy did not take the list."

    def _tell(self, trouble: str, milliseconds: int = 0) -> None:
        """Report, each thing once."""
        assert self._wanted is not None
        said = trouble or "in force"
        if said == self._told:
            return
        if trouble:
            log.warning("the list of refused certificates is not in force: %s", trouble)
        self._portal.report_denied(DeniedAck(self._wanted.version, trouble, milliseconds))
        self._told = said
