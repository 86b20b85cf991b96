"""The portal as the embedded agent sees it:
what is wanted lies on disk, what it reports goes to the services.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from django.db import close_old_connections
from django.utils import timezone

from . import delivery, denials, denied_lists, node_health, services, sightings
from .agent.bundle import Part, Wanted, in_parts_folder
from .agent.denied import Denied, DeniedAck
from .agent.loop import Ack, Status
from .agent.probe import Probe
from .agent.release import FORM, RELEASE
from .agent.seen import Sighting
from .models import Node


class EmbeddedPortal:
    """Implements gateway.agent.loop.Portal for a node on the portal's own machine."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._given: tuple[int, int] | None = None
        self._given_denied: tuple[int, int] | None = None

    def wanted(self) -> Wanted | None:
        """What was handed over since the last call."""
        path = delivery.handover_path(self.node)
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None
        mark = (stat.st_ino, stat.st_mtime_ns)
        if mark == self._given:
            return None
        wanted = Wanted.from_json(json.loads(path.read_text()))
        self._given = mark
        return wanted

    def denied(self) -> Denied | None:
        """The list that was handed over since the last call."""
        path = denied_lists.handover_path(self.node)
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None
        mark = (stat.st_ino, stat.st_mtime_ns)
        if mark == self._given_denied:
            return None
        denied = Denied.from_json(json.loads(path.read_text()))
        self._given_denied = mark
        return denied

    def report_denied(self, ack: DeniedAck) -> None:
        """In force, or why not."""
        close_old_connections()
        denials.answered(node=self.node, at=timezone.now(), **asdict(ack))

    def part(self, digest: str) -> Part:
        """A part that was handed over."""
        return Part.from_text(in_parts_folder(delivery.parts_folder(self.node), digest).read_text())

    def report_probes(self, version: str, probes: list[Probe]) -> None:
        """Envoy took the version and was called by real clients."""
        close_old_connections()
        if probes:
            services.acknowledged(node=self.node, version=version, at=timezone.now())

    def report(self, ack: Ack) -> None:
        """Proven, or refused with the reason."""
        close_old_connections()
        probes, now = [asdict(probe) for probe in ack.probes], timezone.now()
        if ack.outcome == "live":
            services.proven(node=self.node, version=ack.version, probes=probes, at=now)
        else:
            services.refused(
                node=self.node,
                version=ack.version,
                reason=ack.reason,
                probes=probes,
                at=now,
                of_node=ack.of_node,
            )

    def report_seen(self, seen: list[Sighting]) -> None:
        """Counts since the last report."""
        close_old_connections()
        sightings.add(node=self.node, seen=seen)

    def heartbeat(self, status: Status) -> None:
        """The node is there; what it serves."""
        close_old_connections()
        node_health.heard_from(
            node=self.node,
            serving=status.serving,
            ready=status.ready,
            release=RELEASE,
            form=FORM,
            at=timezone.now(),
        )
