"""What a deployment means for callers: who will newly be asked for a certificate, what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Sum
from django.utils import timezone

from accounts.models import Account
from catalog.models import ProxyHost
from common.words import few
from vhosts.models import ClientAuth, VirtualHost

from . import compiling, selectors
from .known_clients import KnownClients, known_clients
from .lifecycle import Outcome
from .models import Deployment, Sighting
from .name_rules import refused_by_name
from .selectors import Opening

SIGHTINGS = 2000  # looked at, the latest ones
TRIED = 500  # clients among them whose certificates are tried, at about a millisecond each


@dataclass(frozen=True)
class Locked:
    """A host that will newly require certificates. `before`: its client authentication until then; `calls`:
    served so far without one; `proxies`: names."""

    name: str
    before: str
    url_uuid: UUID | None
    proxies: list[str]
    calls: int
    last_seen: Any


@dataclass(frozen=True)
class Impact:
    """`locked`: hosts that will newly require certificates; `shut_out`: clients that were served and would be
    refused, as the component `impact` shows them; `asked`: names of hosts that begin to ask and to refuse
    whom they do not trust, where nobody was asked so far and so nobody is known; `opened`: names of hosts
    that require certificates no more; `removed`: names of hosts (old names included) that
    go, and host and base path of proxies that go; `capped`: more clients were served than are looked at."""

    locked: list[Locked]
    shut_out: list[dict[str, Any]]
    asked: list[str]
    opened: list[str]
    removed: list[str]
    capped: bool = False

    @property
    def dangerous(self) -> bool:
        """Whether somebody who is served today may not be served, or a protection goes."""
        return bool(self.locked or self.shut_out or self.asked or self.opened or self.removed)

    @property
    def marks(self) -> dict[str, list[str]]:
        """What a person confirms, as plain data to keep: see `worse_than`."""
        return {
            "locked": [host.name for host in self.locked],
            "shut_out": [f"{client['name']} {client['detail']}" for client in self.shut_out],
            "asked": self.asked,
            "opened": self.opened,
            "removed": self.removed,
        }

    def worse_than(self, confirmed: dict[str, list[str]]) -> str:
        """What is in this impact and was not in the confirmed one, in words; "" when nothing is."""
        words = {
            "locked": "would newly ask for certificates",
            "shut_out": "would be refused",
            "asked": "would newly refuse certificates that are not trusted",
            "opened": "would be open to anyone",
            "removed": "would go away",
        }
        new = {
            kind: [name for name in names if name not in confirmed.get(kind, [])]
            for kind, names in self.marks.items()
        }
        return "; ".join(f"{few(names)} {words[kind]}" for kind, names in new.items() if names)

    @property
    def sentence(self) -> str:
        """Who feels it, in words."""
        said = []
        if self.locked:
            names = few([host.name for host in self.locked])
            said.append(f"Within seconds every caller of {names} without a trusted certificate is refused.")
        if self.shut_out:
            names = few([client["name"] for client in self.shut_out])
            said.append(f"Clients that are served today may be refused: {names}.")
        if self.asked:
            said.append(
                f"Callers of {few(self.asked)} that send a certificate that is not trusted are refused. "
                "So far nobody was asked for one, so nobody can be named."
            )
        if self.opened:
            said.append(f"Callers of {few(self.opened)} need no certificate any more.")
        if self.removed:
            said.append(f"Callers of {few(self.removed)} get no answer any more.")
        return " ".join(said)


@dataclass(frozen=True)
class ShutOut:
    """`clients` as the component `impact` shows them; `capped` as in `Impact`."""

    clients: list[dict[str, Any]]
    capped: bool


def impact_of(deployment: Deployment) -> Impact:
    """Compare a deployment with what is live."""
    live = compiling.live_deployment(deployment.account)
    return impact_between(deployment.account, live.compiled if live else None, deployment.compiled)


def impact_between(account: Account, live: dict[str, Any] | None, wanted: dict[str, Any]) -> Impact:
    """Compare two configurations as deployments store them; None: nothing is live."""
    before, after = _client_auth(live), _client_auth(wanted)
    both = before.keys() & after.keys()
    required = {
        uuid: (before[uuid][1] == ClientAuth.REQUIRED, after[uuid][1] == ClientAuth.REQUIRED) for uuid in both
    }
    locked = {uuid: before[uuid][1] for uuid, change in required.items() if change == (False, True)}
    begins = (ClientAuth.OFF, ClientAuth.OPTIONAL)
    asked = [after[uuid][0] for uuid in both if (before[uuid][1], after[uuid][1]) == begins]
    opened = [after[uuid][0] for uuid, change in required.items() if change == (True, False)]
    removed = [host[0] for uuid, host in before.items() if uuid not in both or host[0] != after[uuid][0]]
    staying = [uuid for uuid in both if before[uuid][0] == after[uuid][0]]
    gone = _paths(live, staying) - _paths(wanted, staying)
    out = _shut_out(account, live, wanted, timezone.now()) if live else ShutOut([], False)
    clients = [*out.clients, *_out_of_trial(before, after)]
    if live:
        told = {(client["detail"], client["fingerprint"]) for client in clients}
        named = refused_by_name(account, live, wanted, SIGHTINGS)
        clients += [c for c in named if (c["detail"], c["fingerprint"]) not in told]
    hosts = _locked(account, locked, after)
    ending = sorted(removed) + sorted(gone)
    return Impact(hosts, clients, sorted(asked), sorted(opened), ending, out.capped)


def _paths(compiled: dict[str, Any] | None, host_ids: list[str]) -> set[str]:
    """What callers of these hosts can ask for: host name and base path of each route."""
    if not compiled:
        return set()
    names = {host_id: compiled["hosts"][host_id]["name"] for host_id in host_ids}
    return {
        f"{names[host_id]}{route['base_path']}"
        for route in compiled["ir"]["routes"]
        for host_id in route["hosts"]
        if host_id in names
    }


def _shut_out(account: Account, live: dict[str, Any], wanted: dict[str, Any], at: datetime) -> ShutOut:
    """Certificates that the gateway served on a host, that open it today, and would not any more."""
    today, then = selectors.opening(live), selectors.opening(wanted)
    changing = [uuid for uuid in today.keys() & then.keys() if today[uuid] != then[uuid]]
    served = Sighting.objects.filter(host__uuid__in=changing, outcome=Outcome.SERVED).exclude(fingerprint="")
    rows = list(served.select_related("host").order_by("-last_seen")[: SIGHTINGS + 1])
    seen = list(dict.fromkeys(row.fingerprint for row in rows[:SIGHTINGS]))
    openings = [one for uuid in changing for one in (today[uuid], then[uuid])]
    known = known_clients(account, seen[:TRIED], openings, at) if seen else None
    clients: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows[:SIGHTINGS]:
        uuid = str(row.host.uuid)
        why = _why_refused(row, today[uuid], then[uuid], known) if known else ""
        if not why:
            continue
        client = clients.setdefault(
            (uuid, row.fingerprint),
            {
                "name": row.subject or row.fingerprint[:12],
                "detail": f"on {row.host.name}",
                "fingerprint": row.fingerprint,
                "after": "refused",
                "why": why,
                "calls": 0,
                "last_seen": row.last_seen,
            },
        )
        client["calls"] += row.count
    return ShutOut(list(clients.values()), len(rows) > SIGHTINGS or len(seen) > TRIED)


def _why_refused(row: Sighting, today: Opening, then: Opening, known: KnownClients) -> str:
    """Why a client that gets in today would not get in then; "" when it would, or does not get in today.

    The gateway model says so where the certificate was once uploaded and gets in today as it was uploaded:
    who sends another chain is judged, like who never uploaded, by what opened the host so far.
    """
    tried = known.knows(row.fingerprint, today) and known.knows(row.fingerprint, then)
    if tried and known.try_at(row.fingerprint, today).accepted:
        said = known.try_at(row.fingerprint, then)
        return "" if said.accepted else said.sentence
    names = {row.fingerprint, row.issuer_fingerprint}
    if names & then.fingerprints or not names & today.fingerprints:
        return ""
    return "Its certificate, or its issuer, is no longer trusted there."


def _out_of_trial(
    before: dict[str, tuple[str, str]], after: dict[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Certificates that were served in trial only, on hosts whose trial ends with refusals."""
    ends = [
        uuid
        for uuid in before.keys() & after.keys()
        if before[uuid][1] == ClientAuth.TRIAL
        and after[uuid][1] in (ClientAuth.OPTIONAL, ClientAuth.REQUIRED)
    ]
    seen = selectors.noted_in_trial().filter(host__uuid__in=ends)
    return [
        {
            "name": row.subject or row.fingerprint[:12],
            "detail": f"on {row.host.name}",
            "fingerprint": row.fingerprint,
            "after": "refused",
            "why": "It was served in trial only.",
            "calls": row.noted,
            "last_seen": row.last_seen,
        }
        for row in seen.exclude(fingerprint="").select_related("host").order_by("-last_seen")[:SIGHTINGS]
    ]


def _client_auth(compiled: dict[str, Any] | None) -> dict[str, tuple[str, str]]:
    hosts = compiled["hosts"] if compiled else {}
    return {uuid: (host["name"], host["client_auth"]) for uuid, host in hosts.items()}


def _locked(account: Account, uuids: dict[str, str], after: dict[str, tuple[str, str]]) -> list[Locked]:
    hosts = {str(host.uuid): host for host in VirtualHost.objects.filter(account=account, uuid__in=[*uuids])}
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
                uuids[uuid],
                host.uuid if host else None,
                proxies[host.pk] if host else [],
                seen.get("total", 0),
                seen.get("last"),
            )
        )
    return found
