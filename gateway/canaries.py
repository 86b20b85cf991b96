"""A deployment on some nodes first: what they saw since, and whether refusals rose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts import audit
from accounts.actors import portal
from accounts.models import Account
from common.errors import DomainError
from common.transitions import move

from . import selectors
from .lifecycle import DeploymentStatus, Outcome
from .models import Canary, Deployment, Node, Sighting

LONGEST = 24 * 60  # minutes
TOLERATED = 0.01  # of the calls on a host: so much may the refused part rise
Counts = dict[str, dict[str, list[int]]]


@dataclass(frozen=True)
class Calls:
    """Calls that were served and refused."""

    served: int = 0
    refused: int = 0

    @property
    def share(self) -> float:
        """The refused part, from 0 to 1."""
        total = self.served + self.refused
        return self.refused / total if total else 0.0

    @property
    def percent(self) -> str:
        """The refused part for people."""
        return f"{self.share:.1%}" if self.served + self.refused else "no calls"


@dataclass(frozen=True)
class SeenOnHost:
    """What nodes saw on one host: all of them `before`, and `since` the canary's nodes and the `others`."""

    host: str
    before: Calls
    since: Calls
    others: Calls

    @property
    def rises(self) -> bool:
        """Whether more of the calls are refused than were before."""
        return self.since.share > self.before.share + TOLERATED


def chosen(deployment: Deployment, uuids: Iterable[UUID]) -> list[Node]:
    """The nodes of these uuids. Raises DomainError when one does not serve the deployment's account."""
    wanted = {*uuids}
    found = list(selectors.nodes_to_prove(deployment.account).filter(uuid__in=wanted))
    if len(found) < len(wanted):
        raise DomainError(
            "node_unknown", "One of these nodes does not serve this account's hosts.", field="canary"
        )
    return found


def refuse_unfit(nodes: Sequence[Node], first: Sequence[Node], minutes: int | None) -> None:
    """Raise DomainError when `first` are all the account's `nodes`, so that nothing is left for later, and
    for a time that is no time."""
    if len({*first}) == len(nodes):
        raise DomainError(
            "canary_everywhere",
            "These are all the nodes, so nothing would come later. Choose fewer, or deploy to all at once.",
            field="canary",
        )
    if minutes is not None and not 1 <= minutes <= LONGEST:
        raise DomainError(
            "minutes_out_of_range",
            f"Give 1 to {LONGEST} minutes, or none for a person to decide.",
            field="continue_after_minutes",
        )


def begin(deployment: Deployment, first: Sequence[Node], minutes: int | None) -> None:
    """Note that only the nodes `first` take the deployment, and what was counted until now."""
    Canary.objects.create(
        deployment=deployment,
        nodes=[node.name for node in first],
        minutes=minutes,
        before=_counted(deployment.account),
    )


def settle(deployment: Deployment) -> None:
    """Its nodes have proven it: now somebody looks at what they see."""
    who = portal(deployment.account)
    names = ", ".join(deployment.canary.nodes)
    move(deployment, DeploymentStatus.CANARY, actor=who.label, reason=f"proven on {names}")
    Canary.objects.filter(deployment=deployment).update(proven_at=timezone.now())
    audit.record(who, "deployment:canary", deployment, nodes=deployment.canary.nodes)


def end(deployment: Deployment) -> None:
    """From now on every node is to take it."""
    deployment.canary.went_on_at = timezone.now()
    deployment.canary.save(update_fields=["went_on_at"])


def seen_since(canary: Canary) -> list[SeenOnHost]:
    """What was counted since the canary started, host by host: those with calls since, by name."""
    before, now = canary.before, _counted(canary.deployment.account)
    names = {uuid: host["name"] for uuid, host in canary.deployment.compiled["hosts"].items()}
    found = []
    for uuid, name in sorted(names.items(), key=lambda item: item[1]):
        had, has = before.get(uuid, {}), now.get(uuid, {})
        rows = {node: _minus(counts, had.get(node, [0, 0])) for node, counts in has.items()}
        row = SeenOnHost(
            name,
            _sum(had.values()),
            _sum(counts for node, counts in rows.items() if node in canary.nodes),
            _sum(counts for node, counts in rows.items() if node not in canary.nodes),
        )
        if row.since != Calls() or row.others != Calls():
            found.append(row)
    return found


def due(now: datetime) -> list[Deployment]:
    """Canaries whose time to go on by themselves has come, and that nothing holds."""
    waiting = _waiting().filter(canary__minutes__isnull=False, canary__held="")
    return [
        deployment
        for deployment in waiting
        if deployment.canary.proven_at + timedelta(minutes=deployment.canary.minutes) <= now
    ]


def why_hold(canary: Canary) -> str:
    """Why a person should decide: the hosts on which more calls are refused than before, or that silence
    proves nothing; "" when it may go on by itself."""
    seen = seen_since(canary)
    if all(row.since == Calls() for row in seen):
        return "no call reached its nodes, so nothing is known of it"
    rows = [row for row in seen if row.rises]
    return "; ".join(
        f"on {row.host} {row.since.percent} of the calls are refused, {row.before.percent} before"
        for row in rows
    )


def hold(canary: Canary, why: str) -> None:
    """It does not go on by itself: a person decides."""
    canary.held = f"It did not go on by itself: {why}."
    canary.save(update_fields=["held"])
    audit.record(portal(canary.deployment.account), "deployment:held", canary.deployment, why=why)


def _waiting() -> QuerySet[Deployment]:
    return Deployment.objects.filter(status=DeploymentStatus.CANARY).select_related("account", "canary")


def _counted(account: Account) -> Counts:
    """Every call that was logged on the account's hosts, by host and node. One query."""
    found: Counts = {}
    rows = (
        Sighting.objects.filter(host__account=account)
        .order_by()
        .values_list("host__uuid", "node__name")
        .annotate(
            served=Sum("count", filter=Q(outcome=Outcome.SERVED), default=0),
            refused=Sum("count", filter=Q(outcome=Outcome.REFUSED), default=0),
        )
    )
    for uuid, node, served, refused in rows:
        found.setdefault(str(uuid), {})[node] = [served, refused]
    return found


def _minus(now: Sequence[int], before: Sequence[int]) -> list[int]:
    return [max(0, new - old) for new, old in zip(now, before, strict=True)]


def _sum(rows: Iterable[Sequence[int]]) -> Calls:
    rows = list(rows)
    return Calls(sum(row[0] for row in rows), sum(row[1] for row in rows))
