"""The agent: take what is wanted, bring it live, prove it, or put the last good one back and say why."""

import logging
import math
import random
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event
from typing import Protocol

from gateway.agent import envoy
from gateway.agent.bundle import Holding, Part, Wanted, holding
from gateway.agent.denied import Denied, DeniedAck, Denying
from gateway.agent.directory import CLUSTERS, LISTENERS, NodeDirectory
from gateway.agent.discovery import Chains
from gateway.agent.metrics import Metrics
from gateway.agent.probe import Probe, Prober
from gateway.agent.seen import Seen, Sighting
from gateway.translation import deny
from gateway.translation.node import cds_text

PER_CHAIN = 0.02  # seconds, many times what Envoy needs
INTERVAL = 0.05  # seconds between two steps
DRAINED = envoy.DRAIN_SECONDS + 1.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between tries for a part that does not arrive
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ack:
    """What became of what was wanted. `outcome`: "live" (proved, and now the last good one) or "refused"
    (`reason` says why and `serving` is the version that serves instead, "" for none). `probes` are those
    that decided."""

    version: str
    outcome: str
    reason: str
    serving: str
    seconds: float
    probes: tuple[Probe, ...] = ()
    of_node: bool = False  # the reason lies in the node itself (its disk) and names no host


@dataclass(frozen=True)
class Status:
    """A heartbeat. `serving`: the version that was proved last; `ready`: Envoy answers and has its
    configuration."""

    serving: str
    ready: bool
    hosts: int


class NotArrived(Exception):
    """The portal has not handed over a part, or a damaged one. The text says what went wrong."""


class Portal(Protocol):
    """What the agent asks of the portal. The embedded one reads files, the remote one speaks HTTPS."""

    def wanted(self) -> Wanted | None:
        """What to serve, or None when that is what was given last. Cheap: called twenty times a second."""

    def part(self, digest: str) -> Part:
        """One part that is wanted. Raises OSError, KeyError, TypeError or ValueError when there is none."""

    def denied(self) -> Denied | None:
        """Whom to refuse at once, or None when it is still what was given last. Cheap, like `wanted`; a new
        agent is given it again."""

    def report(self, ack: Ack) -> None: ...

    def report_denied(self, ack: DeniedAck) -> None: ...

    def report_probes(self, version: str, probes: list[Probe]) -> None: ...

    def report_seen(self, sightings: list[Sighting]) -> None: ...

    def heartbeat(self, status: Status) -> None: ...


class Agent:
    """Works on a prepared `directory` whose Envoy somebody else starts and stops. Times are in seconds.

    Raises OSError when it cannot offer chains there. Call `close` at the end.
    """

    def __init__(
        self,
        portal: Portal,
        directory: NodeDirectory,
        *,
        accept_within: float = 30,
        seen_every: float = 1,
        heartbeat_every: float = 5,
        retry_after: float = 60,
        metrics: Metrics | None = None,
    ) -> None:
        self.portal, self.directory = portal, directory
        self.metrics = metrics or Metrics(directory)
        self.admin = envoy.Admin(directory)
        self._accept_within, self._retry_after = accept_within, retry_after
        token = secrets.token_hex(16)
        self._prober = Prober(directory.root / "run", token)
        self._seen = Seen(directory, token, self._prober.own_calls)
        self.denying = Denying(portal, directory, self.admin, self._reads_the_list)
        self._pending: Wanted | None = None
        self._refused: Wanted | None = None
        self._next_try, self._pause = 0.0, FIRST_PAUSE
        self._live = self._good = directory.last_good()
        self.metrics.serves(self._good.version, len(self._good.hosts))
        self._seen_every, self._heartbeat_every = seen_every, heartbeat_every
        self._next_seen = self._next_heartbeat = 0.0
        self._next_tidying = time.monotonic() + DRAINED  # an earlier agent may have left some
        self._next_accompanying = 0.0
        self._chains = Chains(directory.chains_socket)  # last: who begins and fails must not answer Envoy
        if self._good.version:
            self._chains.offer(self._good.chains)

    def close(self) -> None:
        """Offer nothing any more. Envoy keeps what it has."""
        self._chains.close()

    def run(self, stop: Event) -> None:
        """Step until `stop` is set. What a step raises (a portal that does not answer) ends the loop: the
        process that runs the agent logs it and starts it again; Envoy keeps serving meanwhile."""
        while not stop.is_set():
            self.step()
            stop.wait(INTERVAL)

    def step(self) -> None:
        """One round: whom to refuse at once, what is newly wanted, if Envoy is up, then what was seen, then a
        heartbeat."""
        self.denying.step()
        now = time.monotonic()
        if (wanted := self.portal.wanted()) is not None:
            self._pending, self._refused, self._next_try, self._pause = wanted, None, 0.0, FIRST_PAUSE
        if self._refused is not None and now >= self._next_try:
            self._pending, self._refused = self._refused, None
        if self._pending is not None and now >= self._next_try and self.admin.ready():
            self._bring(self._pending)
        if now >= self._next_tidying:
            self._tidy()
        if now >= self._next_seen:
            self._next_seen = now + self._seen_every
            self.tell_seen()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + self._heartbeat_every
            ready = self.admin.ready()
            if ready and self._pending is None and now >= self._next_accompanying:
                self._try_to_accompany()
            self.portal.heartbeat(Status(self._good.version, ready, len(self._good.hosts)))

    def _try_to_accompany(self) -> None:
        try:
            self._accompany()
        except (envoy.Refused, envoy.Unreachable, OSError) as trouble:
            log.warning("Envoy serves as it started, and takes no single chains yet: %s", trouble)
            self._next_accompanying = time.monotonic() + self._retry_after

    def _accompany(self) -> None:
        """An Envoy that has started holds all chains in its listener: from now on it takes them one by one.

        Raises Refused or Unreachable when it does not; then all hosts are served as Envoy started.
        """
        good = self._good
        if not good.hosts:
            return
        if self.admin.versions()[LISTENERS] == good.naming:
            if self._chains.refused():
                self._chains.offer(good.chains)  # Envoy may take today what it did not take then
            return
        self._chains.offer(good.chains)
        try:
            self._publish(LISTENERS, good.naming, good.lds(), len(good.chains))
            self._chains.wait_until_taken(good.chains, self._patience(len(good.chains)))
        except envoy.Refused:
            with suppress(envoy.Refused):  # its reason is that of the chain, which is told
                self._publish(LISTENERS, good.mark, good.starting_lds(), len(good.chains))
            raise

    def _patience(self, chains: int) -> float:
        """Seconds that Envoy may need to take so many."""
        return self._accept_within + chains * PER_CHAIN

    def _bring(self, wanted: Wanted) -> None:
        """Take what is wanted and report. A part that does not arrive is asked for again, with growing
        pauses; what was refused and is still wanted a minute later (a disk was full) is tried again."""
        try:
            ack = self.take(wanted)
        except NotArrived as error:
            log.warning("a part of %s did not arrive: %s", wanted.version[:12], error)
            self._next_try = time.monotonic() + self._pause * random.uniform(0.5, 1)  # noqa: S311
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            return
        self._pending = None
        self.metrics.applied(ack.outcome, ack.seconds)
        self.metrics.serves(self._good.version, len(self._good.hosts))
        if ack.outcome == "refused":
            log.warning("%s is refused: %s", wanted.version[:12], ack.reason)
            self._refused, self._next_try = wanted, time.monotonic() + self._retry_after
        self.portal.report_probes(ack.version, list(ack.probes))
        self.portal.report(ack)

    def take(self, wanted: Wanted) -> Ack:
        """Bring what is wanted live and prove it; on any failure the last good one serves again. Envoy must
        be up. Raises NotArrived when a part is missing; what is served has not changed then."""
        begun = time.monotonic()
        notes = {note.digest: note for note in self._good.notes}
        probes: list[Probe] = []
        try:
            for digest in wanted.digests:
                if digest not in notes:  # one at a time: the files of a large estate fill the memory
                    part = self._arrived(digest)
                    self.directory.write_files(part)
                    notes[digest] = part.note
            target = holding(wanted, notes)
            self._accompany()
            self._go_live(target)
            probes = self._prove(target)
            if failed := [probe for probe in probes if not probe.ok]:
                return self._give_up(wanted, _what_failed(failed), begun, probes)
            self.directory.mark_good(target)
        except (envoy.Refused, envoy.Unreachable) as failure:
            return self._give_up(wanted, str(failure), begun, probes)
        except OSError as failure:
            self.directory.prune(self._good.files)  # makes room for the way back
            ack = self._give_up(wanted, _of_disk(failure), begun, probes)
            return replace(ack, of_node=True)
        self._good = target
        return Ack(target.version, "live", "", target.version, time.monotonic() - begun, tuple(probes))

    def _arrived(self, digest: str) -> Part:
        try:
            return self.portal.part(digest)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise NotArrived(f"{type(error).__name__}: {error}") from error

    def _reads_the_list(self) -> bool:
        return any(deny.FILE in chain for chain in self._good.chains.values())

    def tell_seen(self) -> None:
        """Report what the logs gained, remember how far, and rotate them when they are full."""
        if sightings := self._seen.read():
            try:
                self.portal.report_seen(sightings)
            except OSError:
                return  # the portal is away: they stay in the logs, and are read again
        try:
            self._seen.commit()
        except OSError as error:  # kept in memory: only a restart on a full disk would count them again
            log.warning("how far the logs were read could not be written: %s", error)
        if self.admin.ready():
            self._seen.rotate(self.admin.reopen_logs)

    def _go_live(self, target: Holding) -> None:
        """Clusters old and new first, then chains, then the listener where hosts come or go: no route ever
        lacks its own. The old clusters go when no connection of a changed chain is left that may need them.
        A chain that is no longer offered drains its connections.

        Raises Refused or Unreachable; what is live then is partly new, and the caller goes back.
        """
        was, self._live = self._live, target
        listening = self.admin.versions()[LISTENERS]
        before, after = self.directory.live_clusters(), target.clusters
        united = {**before, **after}
        # Each rename in live/ makes Envoy read both files again: skip those that change nothing.
        if united != before:
            joining = f"{target.version} joining"
            self._publish(CLUSTERS, joining, cds_text(joining, united.values()))
        self._chains.offer(target.chains)
        names = {**was.chains, **target.chains}
        changed = [name for name in names if was.chains.get(name) != target.chains.get(name)]
        asked = {*self._chains.asked()}
        patience = self._patience(len(changed))
        self._chains.wait_until_taken([name for name in changed if name in asked], patience)
        if listening != target.naming:
            self._publish(LISTENERS, target.naming, target.lds(), len(changed))
        self._chains.wait_until_taken([name for name in changed if name in target.chains], patience)
        if united != after:
            self._next_tidying = time.monotonic() + DRAINED

    def _tidy(self) -> None:
        """Take away the clusters that nothing uses any more."""
        self._next_tidying = math.inf
        if self.directory.live_clusters() == self._good.clusters:
            return
        try:
            self._publish(CLUSTERS, self._good.mark, self._good.cds())
        except (envoy.Refused, envoy.Unreachable, OSError) as trouble:
            log.warning("clusters that nothing uses stay for now: %s", trouble)

    def _publish(self, which: str, version: str, text: str, chains: int = 0) -> None:
        """Have Envoy read LISTENERS or CLUSTERS, until it has accepted them and serves them, with so many new
        `chains`.

        Raises Refused; what lay there before lies there again then, for Envoy will read it with the next.
        """
        rejected = self.admin.rejections()
        before = self.directory.published(which)
        self.directory.publish(which, text)
        patience = self._patience(chains)
        end = time.monotonic() + patience
        try:
            while self.admin.versions()[which] != version or self.admin.warming():
                if self.admin.rejections() > rejected:
                    raise envoy.Refused(
                        self.admin.error() or "Envoy rejected the configuration and gave no reason"
                    )
                if time.monotonic() > end:
                    raise envoy.Refused(f"Envoy did not take the configuration within {patience:.0f} seconds")
                time.sleep(0.02)
        except envoy.Refused:
            self.directory.publish(which, before)
            raise

    def _prove(self, target: Holding) -> list[Probe]:
        """Call every host that is not as it was proved."""
        proved = self._good.hosts
        changed = [host for name, host in target.hosts.items() if proved.get(name) != host]
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(target.wanted.address, target.wanted.address)  # noqa: S104
        return self._prober.all(changed, address, target.wanted.port) if changed else []

    def _give_up(self, wanted: Wanted, reason: str, begun: float, probes: list[Probe]) -> Ack:
        if self._live != self._good:
            try:
                self._go_live(self._good)
            except (envoy.Refused, envoy.Unreachable, OSError) as worse:
                reason = f"{reason}. Going back to the last good configuration: {worse}"
                self._chains.offer(self._good.chains)
                with suppress(OSError):  # `prepare` writes them anew before Envoy starts
                    # Envoy finds the last good one when it is back.
                    self.directory.publish(CLUSTERS, self._good.cds())
                    self.directory.publish(LISTENERS, self._good.starting_lds())
        self.directory.prune(self._good.files)
        seconds = time.monotonic() - begun
        return Ack(wanted.version, "refused", reason, self._good.version, seconds, tuple(probes))


def _of_disk(error: OSError) -> str:
    why = (error.strerror or str(error)).rstrip(".")
    return f"The node’s own disk: {why}. Mend that; the agent tries again each minute."


def _what_failed(probes: list[Probe]) -> str:
    told = [
        f"{probe.host}, {probe.what}: {probe.status or 'no answer'} {probe.reason}, not {probe.expected}"
        for probe in probes[:5]
    ]
    more = f"; and {len(probes) - 5} more" if len(probes) > 5 else ""
    return "; ".join(told) + more
