"""What the worker counts and notes of each task, and the port on which it tells."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from celery import signals
from django.conf import settings
from prometheus_client import Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from common import logcontext

from . import counted, signs

log = logging.getLogger(__name__)
TASKS = Counter(
    "countersign_tasks", "Tasks that ended: success, failure, retry, ignored, rejected.", ["task", "outcome"]
)
SECONDS = Histogram(
    "countersign_task_seconds",
    "How long a task ran.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
BEAT_EVERY = 5.0  # seconds between two signs of life; Celery's own heart beats every two
_last_sign = 0.0


class Queue(Collector):
    """How many tasks wait in the broker, and how many a worker has taken and not finished."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """Asks the broker. One that is away leaves the lengths out, which an alert on `absent` sees."""
        try:
            with self._app.connection_for_read() as connection:
                client = connection.default_channel.client
                waiting = client.llen(self._app.conf.task_default_queue)
                taken = client.hlen("unacked")
        except Exception as error:
            log.warning("the broker did not tell its queue: %s", type(error).__name__)
            return
        yield GaugeMetricFamily("countersign_queue_length", "Tasks waiting in the broker.", waiting)
        yield GaugeMetricFamily("countersign_queue_taken", "Tasks taken by a worker, unfinished.", taken)


@signals.task_prerun.connect
def _begins(task: Any, task_id: str, **kwargs: Any) -> None:
    task.request.countersign_begun = time.monotonic()
    logcontext.note(actor="worker", task=task.name, task_id=task_id)


@signals.task_postrun.connect
def _ends(task: Any, state: str | None, **kwargs: Any) -> None:
    logcontext.forget()
    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    if begun := getattr(task.request, "countersign_begun", None):
        SECONDS.labels(task.name).observe(time.monotonic() - begun)
    if state == "SUCCESS":
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            if entry["task"] == task.name:
                signs.leave(signs.of_sweep(name))


@signals.heartbeat_sent.connect
def _alive(**kwargs: Any) -> None:
    global _last_sign
    if time.monotonic() - _last_sign >= BEAT_EVERY:
        _last_sign = time.monotonic()
        signs.leave(signs.WORKER)


@signals.beat_init.connect
def _beat_begins(**kwargs: Any) -> None:
    signs.leave(signs.BEAT)


@signals.worker_ready.connect
def _expose(sender: Any, **kwargs: Any) -> None:
    """Tell on COUNTERSIGN_WORKER_PORT, on loopback."""
    signs.leave(signs.WORKER)
    if not settings.WORKER_PORT:
        return
    if "prefork" in type(sender.pool).__module__ and not counted.are_shared():
        log.warning("PROMETHEUS_MULTIPROC_DIR is not set: what the pool's processes count is not told")
    try:
        start_http_server(
            settings.WORKER_PORT, addr="127.0.0.1", registry=counted.registry(Queue(sender.app))
        )
    except OSError as error:
        log.error("port %s of the worker's metrics: %s", settings.WORKER_PORT, error.strerror)
