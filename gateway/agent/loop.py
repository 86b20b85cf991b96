"""The agent: take the wanted bundle, bring it live, prove it, or put the last good one back and say why."""

import secrets
import time
from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol

from gateway.agent import envoy
from gateway.agent.bundle import Bundle
from gateway.agent.directory import Manifest, NodeDirectory, manifest
from gateway.agent.probe import Probe, Prober
from gateway.agent.seen import Seen, Sighting
from gateway.translation.node import NodeHost


@dataclass(frozen=True)
class Ack:
    """What became of a bundle. `outcome`: "live" (proved, and now the last good one) or "refused" (`reason`
    says why and `serving` is the version that serves instead, "" for none). `probes` are those that
    decided."""

    version: str
    outcome: str
    reason: str
    serving: str
    seconds: float
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True)
class Status:
    """A heartbeat. `serving`: version of the last good bundle; `ready`: Envoy answers and has its
    configuration."""

    serving: str
    ready: bool
    hosts: int


class Portal(Protocol):
    """What the agent asks of the portal. The embedded one reads files, the remote one speaks HTTPS."""

    def wanted(self) -> Bundle | None:
        """The bundle to serve, or None when it is still the last one given. Cheap: called five times a
        second."""

    def report(self, ack: Ack) -> None: ...

    def report_probes(self, version: str, probes: list[Probe]) -> None: ...

    def report_seen(self, sightings: list[Sighting]) -> None: ...

    def heartbeat(self, status: Status) -> None: ...


class Agent:
    """Works on a prepared `directory` whose Envoy somebody else starts and stops. Times are in seconds."""

    def __init__(
        self,
        portal: Portal,
        directory: NodeDirectory,
        *,
        accept_within: float = 30,
        seen_every: float = 1,
        heartbeat_every: float = 5,
    ) -> None:
        self.portal, self.directory = portal, directory
        self.admin = envoy.Admin(directory)
        self._accept_within = accept_within
        token = secrets.token_hex(16)
        self._prober = Prober(directory.root / "run", token)
        self._seen = Seen(directory, token)
        self._pending: Bundle | None = None
        self._live = self._good = directory.last_good()
        self._seen_every, self._heartbeat_every = seen_every, heartbeat_every
        self._next_seen = self._next_heartbeat = 0.0

    def run(self, stop: Event, interval: float = 0.2) -> None:
        """Step until `stop` is set. What a step raises (a portal that does not answer) ends the loop: the
        process that runs the agent logs it and starts it again; Envoy keeps serving meanwhile."""
        while not stop.is_set():
            self.step()
            stop.wait(interval)

    def step(self) -> None:
        """One round: a new bundle if there is one and Envoy is up, then what was seen, then a heartbeat."""
        self._pending = self.portal.wanted() or self._pending
        now = time.monotonic()
        if self._pending is not None and self.admin.ready():
            bundle, self._pending = self._pending, None
            ack = self.take(bundle)
            self.portal.report_probes(bundle.version, list(ack.probes))
            self.portal.report(ack)
        if now >= self._next_seen:
            self._next_seen = now + self._seen_every
            self.tell_seen()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + self._heartbeat_every
            self.portal.heartbeat(Status(self._good.version, self.admin.ready(), len(self._good.hosts)))

    def take(self, bundle: Bundle) -> Ack:
        """Bring a bundle live and prove it; on any failure the last good one serves again. Envoy must be
        up."""
        begun = time.monotonic()
        probes: list[Probe] = []
        try:
            changed = self._changed(bundle)
            if bundle.version != self._good.version:
                envoy.validate(bundle, only={host.name for host in changed})
            self.directory.write_files(bundle.files, bundle.keys)
            self._go_live(manifest(bundle))
            probes = self._prove(bundle, changed)
        except (envoy.Refused, envoy.Unreachable) as failure:
            return self._give_up(bundle, str(failure), begun, probes)
        if failed := [probe for probe in probes if not probe.ok]:
            return self._give_up(bundle, _what_failed(failed), begun, probes)
        self._good = manifest(bundle)
        self.directory.mark_good(self._good)
        return Ack(bundle.version, "live", "", bundle.version, time.monotonic() - begun, tuple(probes))

    def tell_seen(self) -> None:
        """Report what the logs gained, remember how far, and rotate them when they are full."""
        if sightings := self._seen.read():
            self.portal.report_seen(sightings)
        self._seen.commit()
        if self.admin.ready():
            self._seen.rotate(self.admin.reopen_logs)

    def _go_live(self, target: Manifest) -> None:
        """Clusters old and new first, then the listener, then only the new clusters: no route ever lacks
        its own.

        Raises Refused or Unreachable; what is live then is partly new, and the caller goes back.
        """
        self._live = target
        before = _by_name(self.directory.live_clusters())
        after = _by_name(target.cds["resources"])
        united = {"version_info": f"{target.version} joining", "resources": [*{**before, **after}.values()]}
        rejected = self.admin.rejections()
        # Each rename in live/ makes Envoy read all its listeners again: skip those that change nothing.
        if {**before, **after} != before:
            self.directory.publish_clusters(united)
            self._wait(1, united, rejected)
        self.directory.publish_listeners(target.lds)
        self._wait(0, target.lds, rejected)
        if {**before, **after} != after:
            self.directory.publish_clusters(target.cds)
            self._wait(1, target.cds, rejected)

    def _wait(self, which: int, published: dict[str, Any], rejected: int) -> None:
        """Until Envoy has accepted what was published (0: listeners, 1: clusters) and serves it."""
        end = time.monotonic() + self._accept_within
        while time.monotonic() < end:
            if self.admin.rejections() > rejected:
                raise envoy.Refused(
                    self.admin.error() or "Envoy rejected the configuration and gave no reason"
                )
            if self.admin.versions()[which] == published["version_info"] and not self.admin.warming():
                return
            time.sleep(0.02)
        raise envoy.Refused(f"Envoy did not take the configuration within {self._accept_within:.0f} seconds")

    def _changed(self, bundle: Bundle) -> list[NodeHost]:
        proved = {host.name: host for host in self._good.hosts}
        return [host for host in bundle.hosts if proved.get(host.name) != host]

    def _prove(self, bundle: Bundle, changed: list[NodeHost]) -> list[Probe]:
        if not changed:
            return []
        place = bundle.lds["resources"][0]["address"]["socket_address"]
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place["address"], place["address"])  # noqa: S104
        return self._prober.all(changed, address, place["port_value"])

    def _give_up(self, bundle: Bundle, reason: str, begun: float, probes: list[Probe]) -> Ack:
        if self._live != self._good:
            try:
                self._go_live(self._good)
            except (envoy.Refused, envoy.Unreachable) as worse:
                # Envoy finds the last good one when it is back.
                self.directory.publish_clusters(self._good.cds)
                self.directory.publish_listeners(self._good.lds)
                reason = f"{reason}. Going back to the last good configuration: {worse}"
        self.directory.prune(())
        seconds = time.monotonic() - begun
        return Ack(bundle.version, "refused", reason, self._good.version, seconds, tuple(probes))


def _by_name(clusters: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {cluster["name"]: cluster for cluster in clusters}


def _what_failed(probes: list[Probe]) -> str:
    told = [
        f"{probe.host}, {probe.what}: {probe.status or 'no answer'} {probe.reason}, not {probe.expected}"
        for probe in probes[:5]
    ]
    more = f"; and {len(probes) - 5} more" if len(probes) > 5 else ""
    return "; ".join(told) + more
