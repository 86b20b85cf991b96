"""The portal as a remote agent sees it: it asks for what is wanted, fetches parts, and reports."""

import json
import logging
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from gateway.agent.bundle import Part, Wanted
from gateway.agent.denied import Denied, DeniedAck
from gateway.agent.loop import Ack, Status
from gateway.agent.probe import Probe
from gateway.agent.release import FORM, RELEASE, named
from gateway.agent.remote.identity import Identity
from gateway.agent.remote.line import Away, Declined, Line, Pauses
from gateway.agent.remote.outbox import Outbox
from gateway.agent.seen import Sighting

WAIT = 20  # seconds that the portal may hold an answer
FOLD_EVERY = (
    10.0  # seconds between two writes of counts while the portal is away; the logs keep them till then
)
log = logging.getLogger(__name__)


class OtherForm(ValueError):
    """The portal's release says what to serve in another form than this one's. `denied`: the version of the
    list of denials that came with it, and was taken."""

    def __init__(self, release: str, form: int, denied: str) -> None:
        super().__init__(
            f"the portal runs {named(release, form)}, this agent {named(RELEASE, FORM)}: it goes on with "
            "what it has, and takes nothing but denials until both run the same form"
        )
        self.denied = denied


class RemotePortal:
    """Implements gateway.agent.loop.Portal over HTTPS. A thread waits for what is wanted, so that counts and
    heartbeats go on meanwhile. While the portal is away nothing is lost: reports wait in the outbox."""

    def __init__(self, identity: Identity, outbox: Path) -> None:
        """Raises NotEnrolled."""
        self._identity = identity
        self._line = Line(identity.portal()["url"], identity.context)
        self._outbox = Outbox(outbox)
        self._lock, self._stop = Lock(), Event()
        self._latest: Wanted | None = None
        self._given = ""
        self._denied: Denied | None = None
        self._given_denied: Denied | None = None
        self._pauses, self._not_before, self._away = Pauses(), 0.0, False
        self._next_fold = 0.0
        self._thread = Thread(target=self._listen, name="listen", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._stop.set()

    def again(self) -> None:
        """Give what is wanted once more: a new agent begins."""
        self._given, self._given_denied = "", None

    def wanted(self) -> Wanted | None:
        """What the portal said last, once."""
        with self._lock:
            latest = self._latest
        if latest is None or latest.version == self._given:
            return None
        self._given = latest.version
        return latest

    def denied(self) -> Denied | None:
        """The list that the portal said last, once."""
        with self._lock:
            latest = self._denied
        if latest is None or latest == self._given_denied:
            return None
        self._given_denied = latest
        return latest

    def report_denied(self, ack: DeniedAck) -> None:
        """In force, or why not."""
        self._keep("/node/denied", asdict(ack) | {"trouble": ack.trouble[:500]})

    def part(self, digest: str) -> Part:
        """Fetch a part and check it. Raises OSError (Away, Declined), KeyError, TypeError or ValueError."""
        _, body = self._line.ask("GET", f"/node/parts/{digest}")
        part = Part.from_text(body.decode())
        if part.note.digest != digest:
            raise ValueError("the portal sent another part than was asked for")
        return part

    def report_probes(self, version: str, probes: list[Probe]) -> None:
        """Envoy took the version and was called by real clients."""
        if probes:
            self._keep("/node/probes", {"version": version, "probes": _told(probes)})

    def report(self, ack: Ack) -> None:
        """Proven, or refused with the reason."""
        self._keep("/node/reports", asdict(ack) | {"reason": ack.reason[:5000], "probes": _told(ack.probes)})

    def report_seen(self, sightings: list[Sighting]) -> None:
        """Counts since the last report. Raises Away when they shall stay in the logs for a moment longer."""
        if self._away and time.monotonic() < self._next_fold:
            raise Away("the portal is away")
        self._next_fold = time.monotonic() + FOLD_EVERY
        # What a caller chose is cut to what the portal takes; a line without a time is no evidence.
        self._outbox.add_seen(
            [
                replace(seen, reason=seen.reason[:200], subject=seen.subject[:500])
                for seen in sightings
                if seen.first and seen.last
            ]
        )
        self._flush()

    def heartbeat(self, status: Status) -> None:
        """Send what waits, say how the node is, and renew the certificate when it is time."""
        self._flush()
        body = {"serving": status.serving, "ready": status.ready, "hosts": status.hosts}
        try:
            about = {"release": RELEASE, "form": FORM, "dropped": self._outbox.dropped()}
            self._send("/node/heartbeat", body | about)
            self._outbox.told()
            if self._identity.is_due():
                self._identity.renew(self._line)
                log.info("the node's certificate was renewed")
        except OSError as error:
            self._note(error)

    def _keep(self, path: str, body: dict) -> None:
        self._outbox.add_report(path, body)
        self._flush()

    def _flush(self) -> None:
        """Send what waits, in its order, until nothing is left or nobody answers."""
        try:
            while waiting := self._outbox.next():
                try:
                    self._send(*waiting)
                except Declined as no:
                    if no.status in (401, 403):  # it is about us and not about what was said
                        raise
                    log.error("%s was declined and is dropped: %s", waiting[0], no)
                    self._outbox.done(lost=True)
                else:
                    self._outbox.done()
        except OSError as error:
            self._note(error)

    def _send(self, path: str, body: dict) -> None:
        """Raises Away or Declined; at once, while it is too early to try again."""
        if time.monotonic() < self._not_before:
            raise Away("the portal is away")
        try:
            self._line.ask("POST", path, body, timeout=15)
        except Declined:
            raise
        except OSError:
            self._not_before = time.monotonic() + self._pauses.next()
            raise
        self._pauses.reset()
        if self._away:
            self._away = False
            log.info("the portal answers again")

    def _note(self, error: OSError) -> None:
        if isinstance(error, Declined):
            self._not_before = time.monotonic() + self._pauses.next()
        if not self._away:
            self._away = True
            log.warning("not told to the portal yet, Envoy goes on with what it has: %s", error)

    def _listen(self) -> None:
        have, denied, pauses, other = "", "", Pauses(), False
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                status, body = self._line.ask(
                    "GET", f"/node/wanted?have={have}&denied={denied}&wait={WAIT}", timeout=WAIT + 20
                )
                if status == 200:
                    have, denied = self._take(body)
                    other = False
            except OtherForm as said:
                log.log(logging.DEBUG if other else logging.ERROR, "%s", said)  # once is enough
                have, denied, other = "", said.denied, True
                self._stop.wait(pauses.next())
                continue
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.debug("no answer about what is wanted: %s", error)
                self._stop.wait(pauses.next())
                continue
            pauses.reset()
            if status == 204 and time.monotonic() - begun < 1:
                self._stop.wait(1)  # an answer that comes at once without news must not be asked for at once

    def _take(self, body: bytes) -> tuple[str, str]:
        plain = dict(json.loads(body))
        if (form := plain.get("form", 0)) != FORM:
            # What to serve can wait until the agent is updated, a stolen certificate cannot: its list is
            # taken as long as it can be read.
            denied = Denied.from_json(plain["denied"])
            with self._lock:
                self._denied = denied
            raise OtherForm(str(plain.get("release", "")), form, denied.version)
        wanted = Wanted.from_json(plain)
        if wanted.version != plain["version"]:
            log.error("the portal names versions otherwise: install the agent of the portal's own release")
            raise ValueError("another version")
        denied = Denied.from_json(plain["denied"])
        with self._lock:
            self._latest, self._denied = wanted, denied
        return wanted.version, denied.version


def _told(probes: Iterable[Probe]) -> list[dict[str, Any]]:
    """As JSON, with reasons that the portal takes: they may come from whatever answers on the port."""
    return [asdict(probe) | {"reason": probe.reason[:500]} for probe in probes]
