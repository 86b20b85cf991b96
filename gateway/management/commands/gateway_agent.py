"""manage.py gateway_agent: the small process beside an embedded Envoy."""

from __future__ import annotations

import logging
import signal
from contextlib import closing
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.logcontext import note
from gateway.agent.directory import NodeDirectory
from gateway.agent.loop import Agent
from gateway.agent.metrics import Metrics
from gateway.agent.watch import exposed
from gateway.delivery import node_directory
from gateway.embedded import EmbeddedPortal
from gateway.models import Node

log = logging.getLogger(__name__)
WAIT_AFTER_TROUBLE = 1.0  # seconds


class Command(BaseCommand):
    """Bring what the portal wants to the Envoy of one node, prove it, and report what it sees."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--node", default=settings.GATEWAY_NODE)
        parser.add_argument(
            "--watch-port",
            type=int,
            default=settings.AGENT_PORT,
            help="on loopback, for /metrics and /health; 0 takes a free one and logs it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        node = Node.objects.filter(name=options["node"]).first()
        if node is None:
            raise CommandError(f"No node is called “{options['node']}”. ./run makes the embedded one.")
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        note(actor="agent", node=node.name)
        directory = NodeDirectory(node_directory(node))
        metrics = Metrics(directory)
        with exposed(metrics, options["watch_port"]) as port:
            log.info("the agent of %s begins; /metrics and /health on 127.0.0.1:%s", node, port)
            while not stop.is_set():
                try:
                    with closing(Agent(EmbeddedPortal(node), directory, metrics=metrics)) as agent:
                        agent.run(stop)
                except Exception:
                    # Envoy keeps serving what it has; the agent starts over with the last good configuration.
                    log.exception("the agent of %s starts over", node)
                    stop.wait(WAIT_AFTER_TROUBLE)
