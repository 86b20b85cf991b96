"""Which nodes serve an account, and which accounts a node."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.models import Account

from .models import Cell, CellAssignment, Node


def active_nodes() -> QuerySet[Node]:
    """Every node that is not retired."""
    return Node.objects.filter(retired_at=None)


def served_by(cell: Cell, path: str = "account") -> Q:
    """Narrows rows to the accounts that a cell serves. `path` leads from a row to its account."""
    assignment = f"{path}__cell_assignment"
    served = Q(**{f"{assignment}__cell": cell.pk}) | Q(**{f"{assignment}__leaving": cell.pk})
    return served | Q(**{f"{assignment}__isnull": True}) if cell.is_default else served


def cells_of(account: Account) -> list[Cell]:
    """The cell that serves an account; while it moves, the new one and then the one that it leaves."""
    found = CellAssignment.objects.filter(account=account).select_related("cell", "leaving").first()
    if found is None:
        return [Cell.default()]
    return [found.cell, found.leaving] if found.leaving else [found.cell]


def nodes_of(account: Account) -> QuerySet[Node]:
    """The nodes that serve an account, by name."""
    return active_nodes().filter(cell__in=cells_of(account)).select_related("cell")


def joined() -> Q:
    """Narrows nodes to those whose proof is waited for: a remote one joins when it is first heard of."""
    return Q(remote=False) | Q(last_seen__isnull=False)


def account_counts() -> dict[int, int]:
    """How many accounts each cell serves, by its primary key; those that move count in both."""
    assigned = dict(CellAssignment.objects.values_list("cell").annotate(Count("pk")))
    leaving = CellAssignment.objects.exclude(leaving=None)
    for cell, number in leaving.values_list("leaving").annotate(Count("pk")):
        assigned[cell] = assigned.get(cell, 0) + number
    rest = Account.objects.filter(cell_assignment=None).count()
    default = Cell.default().pk
    return assigned | {default: assigned.get(default, 0) + rest}
