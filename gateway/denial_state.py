"""What is to be said of denials: where they are in force since when, what carries them, whom they concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Prefetch, QuerySet, Sum
from django.utils import timezone

from accounts.models import Account
from common.words import few
from vhosts.models import ClientAuth, VirtualHost

from .cells import nodes_of
from .denied_lists import Carried, carried_by
from .lifecycle import Outcome
from .models import Denial, DenialOnNode, Node, Sighting

LOOKED_BACK = timedelta(days=7)
SILENT = "Nothing was heard of it."


@dataclass(frozen=True)
class OnNode:
    """`since`: when the node refused by it first, `milliseconds` after its agent wrote the list; None: it has
    not said so yet, and `why` says what is known of that."""

    name: str
    since: datetime | None
    milliseconds: int
    why: str


@dataclass(frozen=True)
class DenialState:
    """`status`: *in force* (every node confirmed it), *spreading* (some did not yet), *deployed* (the live
    deployment carries it), *lifted* or *ended*. `sentence` says so for people. `deployment`: the number of
    the live one that carries it (0: none), also after its end."""

    denial: Denial
    status: str
    sentence: str
    nodes: tuple[OnNode, ...]
    deployment: int


def denials_of(account: Account) -> QuerySet[Denial]:
    """The denials of an account, newest first, with what each node said."""
    said = Prefetch("on_nodes", DenialOnNode.objects.select_related("node"))
    return Denial.objects.filter(account=account).select_related("account").prefetch_related(said)


def states_of(account: Account, denials: Sequence[Denial]) -> list[DenialState]:
    """What is to be said of each; a constant number of queries."""
    nodes, carried = list(nodes_of(account)), carried_by([account.pk]).get(account.pk)
    return [_state(denial, nodes, carried) for denial in denials]


def _state(denial: Denial, nodes: list[Node], carried: Carried | None) -> DenialState:
    answers = {answer.node_id: answer for answer in denial.on_nodes.all()}
    rows = tuple(_on_node(node, answers.get(node.pk)) for node in nodes)
    held = bool(carried and denial.fingerprint in carried.fingerprints)
    number = carried.number if carried and held else 0
    if not denial.is_in_force:
        status = "lifted" if denial.lifted_at else "ended"
        by = f"Lifted by {denial.lifted_by}." if denial.lifted_at else "Its time is over."
        still = f" Deployment {number} still refuses it: deploy, so that the truststores decide again."
        return DenialState(denial, status, by + (still if number else ""), rows, number)
    if number:
        return DenialState(denial, "deployed", f"Now part of deployment {number}.", rows, number)
    late = [row.name for row in rows if row.since is None]
    if late:
        return DenialState(denial, "spreading", f"Not confirmed yet by {few(late)}.", rows, 0)
    deaf = carried.deaf if carried else ()
    if deaf:
        return DenialState(
            denial, "spreading", f"{few(list(deaf))} cannot read the list yet: deploy once.", rows, 0
        )
    told = "Refused on every node." if rows else "No node serves this account, so nobody is served."
    return DenialState(denial, "in force", told, rows, 0)


def _on_node(node: Node, answer: DenialOnNode | None) -> OnNode:
    if answer is not None:
        return OnNode(node.name, answer.in_force_at, answer.milliseconds, node.denied_trouble)
    return OnNode(node.name, None, 0, node.denied_trouble or SILENT)


@dataclass(frozen=True)
class Concerned:
    """`hosts`: names of the account's hosts that ask for certificates; `callers`: a row of the component
    `impact` for each host that served the certificate lately; `calls` of them together."""

    hosts: list[str]
    callers: list[dict[str, Any]]
    calls: int


def concerned_by(account: Account, fingerprint: str, name: str) -> Concerned:
    """Whom a denial would concern: by what the gateway saw in the last seven days."""
    hosts = VirtualHost.objects.filter(account=account).exclude(client_auth=ClientAuth.OFF)
    seen = Sighting.objects.filter(
        host__account=account,
        fingerprint=fingerprint,
        outcome=Outcome.SERVED,
        last_seen__gte=timezone.now() - LOOKED_BACK,
    )
    rows = seen.order_by().values("host__name").annotate(calls=Sum("count"), last=Max("last_seen"))
    callers = [
        {
            "name": name,
            "detail": f"on {row['host__name']}",
            "fingerprint": fingerprint,
            "after": "refused",
            "why": "It is refused on every host of the account.",
            "calls": row["calls"],
            "last_seen": row["last"],
        }
        for row in rows.order_by("host__name")
    ]
    names = list(hosts.order_by("name").values_list("name", flat=True))
    return Concerned(names, callers, sum(row["calls"] for row in callers))
