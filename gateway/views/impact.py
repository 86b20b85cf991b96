"""What a deployment means for callers: who will newly be asked for a certificate, what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max, Sum

from accounts.models import Account
from catalog.models import ProxyHost
from vhosts.models import ClientAuth, VirtualHost

from .. import compiling
from ..lifecycle import Outcome
from ..models import Deployment, Sighting


@dataclass(frozen=True)
class Locked:
    """A host that will newly ask for certificates. `calls`: served so far without one; `proxies`: names."""

    name: str
    url_uuid: UUID | None
    proxies: list[str]
    calls: int
    last_seen: Any


@dataclass(frozen=True)
class Impact:
    """`locked`: hosts that go from off to required; `opened`: names of hosts that go from required to off;
    `removed`: names of hosts and proxies that go."""

    locked: list[Locked]
    opened: list[str]
    removed: list[str]

    @property
    def dangerous(self) -> bool:
        """Whether somebody who is served today may not be served, or a protection goes."""
        return bool(self.locked or self.opened or self.removed)

    @property
    def sentence(self) -> str:
        """Who feels it, in words."""
        said = []
        if self.locked:
            names = _few([host.name for host in self.locked])
            said.append(f"Within seconds every caller of {names} without a trusted certificate reads 400.")
        if self.opened:
            said.append(f"Anyone may call {_few(self.opened)}.")
        if self.removed:
            said.append(f"Callers of {_few(self.removed)} get no answer any more.")
        return " ".join(said)


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def impact_of(deployment: Deployment) -> Impact:
    """Compare a deployment with what is live."""
    before = _client_auth(compiling.live_deployment(deployment.account))
    after = _client_auth(deployment)
    both = before.keys() & after.keys()
    locked = [
        uuid for uuid in both if (before[uuid][1], after[uuid][1]) == (ClientAuth.OFF, ClientAuth.REQUIRED)
    ]
    opened = [
        after[uuid][0]
        for uuid in both
        if (before[uuid][1], after[uuid][1]) == (ClientAuth.REQUIRED, ClientAuth.OFF)
    ]
    removed = [row["name"] for row in deployment.changes if row["kind"] == "removed"]
    return Impact(_locked(deployment.account, locked, after), sorted(opened), removed)


def _client_auth(deployment: Deployment | None) -> dict[str, tuple[str, str]]:
    hosts = deployment.compiled["hosts"] if deployment and deployment.compiled else {}
    return {uuid: (host["name"], host["client_auth"]) for uuid, host in hosts.items()}


def _locked(account: Account, uuids: list[str], after: dict[str, tuple[str, str]]) -> list[Locked]:
    hosts = {str(host.uuid): host for host in VirtualHost.objects.filter(account=account, uuid__in=uuids)}
    keys = [host.pk for host in hosts.values()]
    proxies: dict[int, list[str]] = {key: [] for key in keys}
    placements = ProxyHost.objects.filter(host__in=keys).select_related("proxy").order_by("proxy__name")
    for placement in placements:
        proxies[placement.host_id].append(placement.proxy.name)
    open_calls = Sighting.objects.filter(host__in=keys, outcome=Outcome.SERVED, fingerprint="").order_by()
    calls = {
        row["host"]: row
        for row in open_calls.values("host").annotate(total=Sum("count"), last=Max("last_seen"))
    }
    found = []
    for uuid in sorted(uuids, key=lambda uuid: after[uuid][0]):
        host = hosts.get(uuid)
        seen = calls.get(host.pk, {}) if host else {}
        found.append(
            Locked(
                after[uuid][0],
                host.uuid if host else None,
                proxies[host.pk] if host else [],
                seen.get("total", 0),
                seen.get("last"),
            )
        )
    return found
