"""An account moves to another cell without a gap: the new nodes prove it first, then the old ones drop it."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from common.errors import Conflict

from . import cells, delivery
from .lifecycle import ON_NODES, DeploymentStatus
from .models import Cell, CellAssignment, Deployment


def assign(*, actor: Actor, cell: Cell) -> bool:
    """Have `cell` serve the actor's account. Returns whether it does so at once; otherwise the old cell
    goes on until every node of the new one has proved what is live.

    Raises Conflict when the new cell has no node, the account moves already, or a delivery is on its way.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=actor.account.pk)
        before = cells.cells_of(account)
        if len(before) > 1:
            raise Conflict("cell_moving", f"{account} is on its way to {before[0]}. Wait until it is there.")
        if before[0] == cell:
            raise Conflict("same_cell", f"{cell} serves {account} already. Nothing was changed.")
        if not cells.active_nodes().filter(cells.joined(), cell=cell).exists():
            raise Conflict("no_node", f"Cell {cell} has no node that was heard of. Add and start one first.")
        live = Deployment.objects.filter(account=account)
        if live.filter(status__in=ON_NODES).exists():
            raise Conflict(
                "deployment_running", "A deployment is on its way. Wait for its proof, then assign."
            )
        leaving = before[0] if live.filter(status=DeploymentStatus.LIVE).exists() else None
        CellAssignment.objects.update_or_create(account=account, defaults={"cell": cell, "leaving": leaving})
        audit.record(actor, "account:cell_assigned", account, cell=cell.name, before=before[0].name)
    delivery.hand_over_each(cells.active_nodes().filter(cell=cell))
    return leaving is None


def finish() -> None:
    """End the moves whose new cell has proved everything that it is to serve. The sweep asks too."""
    for move in CellAssignment.objects.exclude(leaving=None).select_related("account", "cell", "leaving"):
        if not _is_there(move):
            continue
        with transaction.atomic():
            if not CellAssignment.objects.filter(pk=move.pk, leaving=move.leaving).update(leaving=None):
                continue  # somebody else ended it
            audit.record(portal(move.account), "account:cell_left", move.account, cell=move.leaving.name)
        delivery.hand_over_each(cells.active_nodes().filter(cell=move.leaving))


def _is_there(move: CellAssignment) -> bool:
    deliveries = Deployment.objects.filter(account=move.account, status__in=ON_NODES)
    nodes = list(cells.active_nodes().filter(cells.joined(), cell=move.cell).select_related("cell"))
    if not nodes or deliveries.exists():
        return False
    return all(node.live_version == delivery.wanted_of(node).version for node in nodes)
