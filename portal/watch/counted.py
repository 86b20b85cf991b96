"""What this process counted; where processes share PROMETHEUS_MULTIPROC_DIR, what all of them counted."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, disable_created_metrics, multiprocess
from prometheus_client.core import Metric
from prometheus_client.registry import REGISTRY, Collector

disable_created_metrics()  # a second series for every counter, which nobody asks


class _Own(Collector):
    """The default registry, in which modules register what they count."""

    def collect(self) -> Iterator[Metric]:
        """All of it."""
        yield from REGISTRY.collect()


def are_shared() -> bool:
    """Whether several processes count together."""
    return "PROMETHEUS_MULTIPROC_DIR" in os.environ


def registry(*more: Collector) -> CollectorRegistry:
    """The counts, and what the collectors in `more` find when they are asked."""
    made = CollectorRegistry()
    if are_shared():
        multiprocess.MultiProcessCollector(made)
    else:
        made.register(_Own())
    for collector in more:
        made.register(collector)
    return made
