"""The state of the product as metrics: read from the database whenever somebody scrapes.

Sums over all accounts; no label names a person, a host or a certificate.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from catalog.models import Product, Proxy
from certificates.lifecycle import UploadStatus
from certificates.models import Entry, ServerKey, Truststore, Upload
from gateway.cells import active_nodes, joined
from gateway.lifecycle import UNSETTLED, DeploymentStatus
from gateway.models import Deployment, Proof
from gateway.node_health import health_of
from incidents.lifecycle import TURN
from incidents.models import Incident
from incidents.selectors import ENDED

from . import health, signs

log = logging.getLogger(__name__)
NODE_STATES = ("proven", "behind", "refusing", "other_release", "silent")
STATE_OF = {  # what a node's page says, in the fewer words of the metrics
    "proven": "proven",
    "behind": "behind",
    "refusing": "refusing",
    "other release": "other_release",
    "no envoy": "refusing",
    "no answer": "silent",
    "not enrolled": "silent",
}
WITHIN_DAYS = (0, 7, 30)


class State(Collector):
    """A constant number of queries, whatever the size."""

    def collect(self) -> Iterator[Metric]:
        """Every gauge, zeros included, so that an alert never waits for a series to appear."""
        now = timezone.now()
        yield from _deployments(now)
        yield from _work(now)
        yield from _nodes(now)
        yield from _certificates(now)
        yield from _incidents(now)
        yield from _signs()


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"countersign_{name}", help_text, value)


def _family(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"countersign_{name}", help_text, labels=labels)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _deployments(now: datetime) -> Iterator[Metric]:
    found = dict(Deployment.objects.order_by().values_list("status").annotate(Count("pk")))
    counts = _family("deployments", "Deployments by status.", "status")
    for status in DeploymentStatus.values:
        counts.add_metric([status], found.get(status, 0))
    yield counts
    waiting = Proof.objects.filter(status__in=UNSETTLED, deployment__status=DeploymentStatus.DELIVERING)
    proofs = waiting.aggregate(count=Count("pk"), since=Min("deployment__changed_at"))
    yield _gauge("proofs_waiting", "Answers of nodes that deliveries wait for.", proofs["count"])
    yield _gauge(
        "proofs_waiting_oldest_seconds", "Age of the oldest such delivery.", _age(proofs["since"], now)
    )
    flagged = Proxy.objects.filter(needs_redeploy=True).count()
    yield _gauge("proxies_flagged", "API proxies that need a redeploy.", flagged)
    products = Product.objects.filter(needs_republish=True).count()
    yield _gauge("products_flagged", "Products that need to be published again.", products)


def _work(now: datetime) -> Iterator[Metric]:
    """What was announced to the worker and not done: the sweeps announce it again."""
    counts = _family("work_waiting", "Announced to the worker and not finished.", "kind")
    oldest = _family("work_waiting_oldest_seconds", "Age of the oldest of it.", "kind")
    uploads = Upload.objects.exclude(status=UploadStatus.JUDGED)
    plans = Deployment.objects.filter(status__in=(DeploymentStatus.PLANNED, DeploymentStatus.CHECKING))
    for kind, rows in (("upload", uploads), ("deployment", plans)):
        found = rows.aggregate(count=Count("pk"), since=Min("created_at"))
        counts.add_metric([kind], found["count"])
        oldest.add_metric([kind], _age(found["since"], now))
    yield counts
    yield oldest


def _nodes(now: datetime) -> Iterator[Metric]:
    """By state: how many, and for how long the one that is in it longest. A node that is not enrolled yet, or
    retired, is none that could trouble anybody."""
    counts = dict.fromkeys(NODE_STATES, 0)
    ages = dict.fromkeys(NODE_STATES, 0.0)
    for node in active_nodes().filter(joined()):
        how = health_of(node, now)
        state = STATE_OF[how.status]
        counts[state] += 1
        ages[state] = max(ages[state], _age(how.since or node.created_at, now))
    by_state = _family("nodes", "Gateway nodes by state.", "state")
    longest = _family("nodes_longest_seconds", "How long a node is in a state, at the most.", "state")
    for state in NODE_STATES:
        by_state.add_metric([state], counts[state])
        if state != "proven":
            longest.add_metric([state], ages[state])
    yield by_state
    yield longest


def _certificates(now: datetime) -> Iterator[Metric]:
    """Those in force: trusted ones of current truststore versions, and the newest key of each alias."""
    newer = ServerKey.objects.filter(
        keystore=OuterRef("keystore"), alias=OuterRef("alias"), pk__gt=OuterRef("pk")
    )
    kinds = {
        "client": Entry.objects.filter(version__in=Truststore.objects.values("current")),
        "server": ServerKey.objects.filter(~Exists(newer)),
    }
    ending = _family(
        "certificates_ending", "Certificates in force that end within so many days.", "kind", "within_days"
    )
    for kind, rows in kinds.items():
        found = rows.order_by().aggregate(
            **{
                f"d{days}": Count("pk", filter=Q(certificate__not_after__lt=now + timedelta(days)))
                for days in WITHIN_DAYS
            }
        )
        for days in WITHIN_DAYS:
            ending.add_metric([kind, str(days)], found[f"d{days}"])
    yield ending


def _incidents(now: datetime) -> Iterator[Metric]:
    counts = _family("incidents", "Open incidents by whose turn it is.", "status", "turn")
    oldest = _family("incidents_oldest_seconds", "Time since the last move of the oldest.", "status", "turn")
    rows = Incident.objects.order_by().exclude(status__in=ENDED).values_list("status")
    found = {status: (count, since) for status, count, since in rows.annotate(Count("pk"), Min("changed_at"))}
    for status, (turn, _) in TURN.items():
        if status in ENDED:
            continue
        count, since = found.get(status, (0, None))
        counts.add_metric([status, turn], count)
        oldest.add_metric([status, turn], _age(since, now))
    yield counts
    yield oldest


def _signs() -> Iterator[Metric]:
    """How long ago worker and sweeps gave a sign of life; those that never did are missing."""
    yield _gauge("data_free_bytes", "Free space where the data folder lies.", health.disk_free())
    try:
        ages = signs.ages()
    except Exception as error:
        log.warning("no signs of life could be read: %s", type(error).__name__)
        return
    worker = _family("worker_heartbeat_age_seconds", "Since a worker's last sign of life.")
    if signs.WORKER in ages:
        worker.add_metric([], ages[signs.WORKER])
    sweeps = _family("sweep_age_seconds", "Since a sweep ended well.", "sweep")
    for name in signs.sweeps():
        if (sign := signs.of_sweep(name)) in ages:
            sweeps.add_metric([name], ages[sign])
    yield worker
    yield sweeps
