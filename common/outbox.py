"""Announcing a change to the apps above, without naming them.

`settings.ANNOUNCEMENTS` maps an event to Celery tasks; each takes the announced uuid. A message that is
lost (broker
down) costs time and not truth: every listener has a sweep in the beat schedule that compares wanted with
actual.
"""

from __future__ import annotations

import logging
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def announce(event: str, uuid: UUID) -> None:
    """Start the tasks that listen to `event` once the transaction is committed.

    Raises KeyError for an event that is not in the table, so that a typing mistake shows in the first test.
    """
    names = settings.ANNOUNCEMENTS[event]

    def publish() -> None:
        for name in names:
            enqueue(name, uuid)

    transaction.on_commit(publish, robust=True)


def enqueue(task: str, uuid: UUID) -> None:
    """Put one task into the queue now. A broker that is away is logged; the sweeps make up for it."""
    try:
        current_app.signature(task, args=[str(uuid)]).apply_async(
            retry=True, retry_policy={"max_retries": 1, "interval_start": 0.1}
        )
    except OperationalError as error:
        log.warning("not queued, the sweep will pick it up: %s %s (%s)", task, uuid, type(error).__name__)
