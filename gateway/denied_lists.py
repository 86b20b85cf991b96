"""Which denials are in force, which of them deployments carry already, and the list each node is given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account

from .agent.bundle import write_private
from .agent.denied import Denied
from .cells import served_by
from .lifecycle import ON_NODES, DeploymentStatus
from .models import Denial, Deployment, Node
from .translation import deny

SERVED = (DeploymentStatus.LIVE, *ON_NODES)


@dataclass(frozen=True)
class Carried:
    """What an account's deployments do about denials by themselves. `fingerprints`: refused by every locked
    host of each; `number`: of the live one; `deaf`: names of live hosts whose chains are from before there
    was an emergency list, so that it does not reach them."""

    fingerprints: frozenset[str]
    number: int
    deaf: tuple[str, ...]


def in_force() -> QuerySet[Denial]:
    """Denials that nobody lifted and whose time is not over, oldest first."""
    return Denial.objects.filter(ended_at=None, until__gt=timezone.now()).order_by("pk")


def fingerprints_of(account: Account) -> tuple[str, ...]:
    """Whom the account refuses now, sorted: what a deployment planned now carries."""
    return tuple(sorted(in_force().filter(account=account).values_list("fingerprint", flat=True)))


def carried_by(accounts: Iterable[int]) -> dict[int, Carried]:
    """By account (primary key). One query; an account without a deployment is missing. Both the live one and
    one on its way count: a way back to an earlier deployment must not let anybody in meanwhile."""
    rows = Deployment.objects.filter(account__in=set(accounts), status__in=SERVED).order_by("pk")
    found: dict[int, Carried] = {}
    for account, status, number, gates in rows.values_list(
        "account_id", "status", "number", "compiled__ir__gates"
    ):
        locked = [gate for gate in gates or () if gate["trust"]]
        refused = [frozenset(gate.get("denied", ())) for gate in locked]
        own = frozenset.intersection(*refused) if refused else frozenset()
        live = status == DeploymentStatus.LIVE
        before = found.get(account)
        found[account] = Carried(
            own & before.fingerprints if before else own,
            number if live else (before.number if before else 0),
            tuple(gate["name"] for gate in locked if not gate.get("account"))
            if live
            else (before.deaf if before else ()),
        )
    return found


def urgent(denials: Iterable[Denial]) -> list[Denial]:
    """Of these the ones that no deployment carries yet."""
    asked = list(denials)
    carried = carried_by(denial.account_id for denial in asked)
    return [
        denial
        for denial in asked
        if denial.account_id not in carried
        or denial.fingerprint not in carried[denial.account_id].fingerprints
    ]


def urgent_on(node: Node) -> list[Denial]:
    """The denials on a node's list."""
    mine = in_force().filter(served_by(node.cell)).select_related("account")
    return urgent(mine)[: deny.MOST]


def list_for(node: Node) -> Denied:
    """The list itself. Raises nothing: `denials.deny` keeps it within bounds."""
    listed = [deny.entry(str(denial.account.uuid), denial.fingerprint) for denial in urgent_on(node)]
    return Denied(tuple(sorted(listed)))


def hand_over(node: Node) -> None:
    """Offer a node its list: the embedded one finds a file, a remote one is woken. Raises OSError when the
    disk does not take it."""
    denied = list_for(node)
    if not node.remote:
        text = json.dumps(denied.to_json())
        path = handover_path(node)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, text)
    if node.denied_version != denied.version:
        Node.objects.filter(pk=node.pk).update(denied_version=denied.version)
        node.denied_version = denied.version


def handover_path(node: Node) -> Path:
    """The file through which the portal tells the embedded agent whom to refuse at once."""
    return Path(settings.GATEWAY_DIR) / node.name / "denied.json"
