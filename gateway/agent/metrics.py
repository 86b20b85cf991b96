"""What an agent counts, and what it reads from its Envoy whenever somebody scrapes. Needs no portal.

No label names a host: Envoy's counters are those of the whole listener.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory

# What is asked of Envoy: listener statistics, without those of its worker threads, and refused updates. TLS
# of chains that Envoy took one by one is counted without a listener's name.
_WANTED = (
    r"^(listener\.[^.]+(\.\d+){0,3}(_\d+)?\.)?ssl\.(handshake|connection_error|fail_verify_\w+)$"
    r"|^listener\.[^.]+(\.\d+){0,3}(_\d+)?\.(no_filter_chain_match|downstream_cx_active|downstream_cx_total)$"
    r"|^(listener_manager\.lds|cluster_manager\.cds)\.update_rejected$"
)

disable_created_metrics()  # a second series for every counter, which nobody asks


class Metrics(Collector):
    """Of one node. Keep one for the life of the process: an agent that starts over counts on."""

    def __init__(self, directory: NodeDirectory) -> None:
        self.registry = CollectorRegistry()
        self._directory, self._admin = directory, envoy.Admin(directory)
        self._applied = Histogram(
            "countersign_agent_apply_seconds",
            "From a version's arrival to its proof or refusal.",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
            registry=self.registry,
        )
        self._versions = Counter(
            "countersign_agent_versions",
            "Versions by outcome: live, refused.",
            ["outcome"],
            registry=self.registry,
        )
        for outcome in ("live", "refused"):
            self._versions.labels(outcome)
        self.registry.register(self)

        self._version, self._hosts = "", 0

    def serves(self, version: str, hosts: int) -> None:
        """What is live by now. Told, and not read from the disk, where a large estate would be read at each
        scrape.
        """
        self._version, self._hosts = version, hosts

    def applied(self, outcome: str, seconds: float) -> None:
        """What was wanted was brought live, or refused and the last good one put back."""
        self._applied.observe(seconds)
        self._versions.labels(outcome).inc()

    def health(self) -> dict[str, object]:
        """`ready`: Envoy answers and has its configuration; `version` that serves, "" for none;
        `proof_age`: seconds since the last proof, None before the first.
        """
        proved = self._directory.proved_at()
        return {
            "ready": self._admin.ready(),
            "version": self._version,
            "proof_age": None if proved is None else round(time.time() - proved, 1),
        }

    def collect(self) -> Iterator[Metric]:
        """Envoy's numbers. One that does not answer leaves its counters out, and is not ready."""
        yield _gauge("agent_hosts", "Hosts in the version that is live.", self._hosts)
        if (proved := self._directory.proved_at()) is not None:
            yield _gauge("agent_last_proof_timestamp_seconds", "When a version was last proved.", proved)
        yield _gauge("envoy_ready", "1: Envoy answers and has its configuration.", self._admin.ready())
        try:
            found = self._admin.stats(_WANTED)
        except envoy.Unreachable:
            return
        # The admin socket is a listener too, and this very question one of its connections.
        yield from _of_envoy({k: v for k, v in found.items() if not k.startswith("listener.admin.")})


def _of_envoy(stats: dict[str, str]) -> Iterator[Metric]:
    def total(ending: str) -> int:
        return sum(int(value) for name, value in stats.items() if f".{name}".endswith(ending))

    yield _counter("envoy_handshakes", "TLS handshakes that succeeded.", total(".ssl.handshake"))
    yield _counter("envoy_tls_errors", "TLS connections that failed.", total(".ssl.connection_error"))
    failures = CounterMetricFamily(
        "countersign_envoy_verify_failures", "Client certificates not validated, by why.", labels=["why"]
    )
    whys = {found[1] for name in stats if (found := re.search(r"\bssl\.fail_verify_(\w+)$", name))}
    for why in sorted(whys):
        failures.add_metric([why], total(f".ssl.fail_verify_{why}"))
    yield failures
    unknown = total(".no_filter_chain_match")
    yield _counter("envoy_unknown_host", "Connections to a name that no host has.", unknown)
    yield _counter("envoy_connections", "Connections to hosts.", total(".downstream_cx_total"))
    yield _gauge("envoy_connections_active", "Connections open now.", total(".downstream_cx_active"))
    rejected = CounterMetricFamily(
        "countersign_envoy_updates_rejected", "Configurations that Envoy refused.", labels=["what"]
    )
    rejected.add_metric(["listeners"], total("lds.update_rejected"))
    rejected.add_metric(["clusters"], total("cds.update_rejected"))
    yield rejected


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"countersign_{name}", help_text, value)


def _counter(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(f"countersign_{name}", help_text, value)
