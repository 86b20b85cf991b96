"""manage.py cell add|assign|list: which pool of nodes serves which accounts"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from accounts.models import Account
from common.errors import DomainError
from gateway import cells, fleet, moving
from gateway.models import Cell

from ._operator import get_cell, operator


class Command(BaseCommand):
    """Add cells, and have them serve accounts."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="add | assign | list")
        add = acts.add_parser("add", help="a new, empty cell")
        add.add_argument("name")
        assign = acts.add_parser("assign", help="have a cell serve an account")
        assign.add_argument("account", help="the account's subdomain")
        assign.add_argument("cell")
        acts.add_parser("list", help="every cell with its nodes and accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _add(self, options: dict[str, Any]) -> None:
        made = fleet.add_cell(actor=operator(), name=options["name"])
        self.stdout.write(f"Cell {made} is there. Add nodes to it: manage.py node add NAME --cell {made}")

    def _assign(self, options: dict[str, Any]) -> None:
        account = Account.objects.filter(subdomain=options["account"]).first()
        if account is None:
            known = ", ".join(Account.objects.values_list("subdomain", flat=True)) or "none yet"
            raise CommandError(f"No account has the subdomain “{options['account']}”. Known: {known}.")
        cell = get_cell(options["cell"])
        if moving.assign(actor=Actor(account, operator(), frozenset()), cell=cell):
            self.stdout.write(f"Cell {cell} serves {account}.")
        else:
            self.stdout.write(
                f"Cell {cell} is given what is live of {account}. When every node there has proved it, the "
                "cell that serves it now drops it."
            )

    def _list(self, options: dict[str, Any]) -> None:
        counts = cells.account_counts()
        for cell in Cell.objects.prefetch_related("nodes"):
            nodes = ", ".join(node.name for node in cell.nodes.all() if not node.retired_at) or "no node"
            self.stdout.write(f"{cell.name:<20} {counts.get(cell.pk, 0):>6} accounts   {nodes}")
