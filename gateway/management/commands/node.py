"""manage.py node add|list|token|retire: remote gateway nodes"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from gateway import cells, fleet
from gateway.models import Cell, Node
from gateway.node_health import health_of

from ._operator import get_cell, get_node, operator

HINT = """On its machine, within an hour:
  python -m gateway.agent enrol --portal https://HOST:PORT --token TOKEN --ca portal-ca.pem --dir DIR"""


class Command(BaseCommand):
    """Add nodes, give them one-time tokens, see how they are, retire them."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="add | list | token | retire")
        add = acts.add_parser("add", help="a new node; prints its one-time token, alone on the first line")
        add.add_argument("name")
        add.add_argument("--cell", default=Cell.DEFAULT)
        everywhere = "0.0.0.0"  # noqa: S104 - a gateway is there to be called
        add.add_argument(
            "--address", default=everywhere, help="where its Envoy listens (default: %(default)s)"
        )
        add.add_argument("--port", type=int, default=8443, help="of its Envoy (default: %(default)s)")
        acts.add_parser("list", help="every node: its cell, how it is, since when, and why")
        for name, says in (
            ("token", "another one-time token, for a node that enrols again"),
            ("retire", "refuse its certificate from now on, and wait for it no more"),
        ):
            acts.add_parser(name, help=says).add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _add(self, options: dict[str, Any]) -> None:
        about = {key: options[key] for key in ("name", "address", "port")}
        _, token = fleet.add_node(actor=operator(), cell=get_cell(options["cell"]), **about)
        self.stdout.write(token)
        self.stderr.write(HINT)

    def _token(self, options: dict[str, Any]) -> None:
        self.stdout.write(fleet.new_node_token(actor=operator(), node=get_node(options["name"])))
        self.stderr.write(HINT)

    def _retire(self, options: dict[str, Any]) -> None:
        node = get_node(options["name"])
        fleet.retire(actor=operator(), node=node)
        self.stdout.write(
            f"{node} is retired: its certificate is refused, and no deployment waits for it. Its Envoy goes "
            "on with what it has until you stop it there."
        )
        served = cells.account_counts().get(node.cell_id, 0)
        if served and not cells.active_nodes().filter(cell=node.cell).exists():
            self.stderr.write(
                f"Cell {node.cell} has no node left; {served} accounts are served by nobody new."
            )

    def _list(self, options: dict[str, Any]) -> None:
        for node in Node.objects.select_related("cell"):
            health = health_of(node)
            since = f"since {health.since:%Y-%m-%d %H:%M} UTC" if health.since else ""
            words = f"{node.name:<20} {node.cell.name:<16} {health.status:<14} {since} {health.why}"
            self.stdout.write(words.rstrip())
