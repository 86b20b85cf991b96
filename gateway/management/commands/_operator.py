"""What the operator's commands share."""

from __future__ import annotations

import getpass

from django.core.management.base import CommandError

from gateway.models import Cell, Node


def operator() -> str:
    """What histories show of the person at the portal's own console."""
    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "operator"


def get_cell(name: str) -> Cell:
    """Raises CommandError, naming the cells that there are."""
    found = Cell.default() if name == Cell.DEFAULT else Cell.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Cell.objects.values_list("name", flat=True))
        raise CommandError(f"No cell is called “{name}”. Known: {known}.")
    return found


def get_node(name: str) -> Node:
    """Raises CommandError, naming the nodes that there are."""
    found = Node.objects.filter(name=name).select_related("cell").first()
    if found is None:
        known = ", ".join(Node.objects.values_list("name", flat=True)) or "none yet"
        raise CommandError(f"No node is called “{name}”. Known: {known}.")
    return found
