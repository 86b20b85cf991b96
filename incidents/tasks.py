"""The worker's part of incidents."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task

from certificates.models import Upload

from . import evidence, selectors
from .services import acceptance

log = logging.getLogger(__name__)


@shared_task
def upload_judged(uuid: str) -> None:
    """An upload is judged: the incident it belongs to becomes the processor's turn."""
    acceptance.upload_judged(upload=Upload.objects.get(uuid=uuid))


@shared_task
def deployment_ended(uuid: str) -> None:
    """A deployment (by uuid) went live: incidents of its account may be enforced now."""
    for incident in selectors.waiting_for_gateway(deployment=uuid):
        acceptance.deployment_ended(incident=incident)
        evidence.close_when_proven(incident)


@shared_task
def host_seen(uuid: str) -> None:
    """The gateway saw clients on a host (by uuid): look whether an incident is proven."""
    for incident in selectors.waiting_for_gateway(host=uuid):
        evidence.close_when_proven(incident)


@shared_task
def sweep_incidents() -> None:
    """Make up for lost announcements. Trouble with one incident does not keep the others waiting."""
    for upload in selectors.judged_uploads_unnoticed():
        _try(lambda upload=upload: acceptance.upload_judged(upload=upload))
    for incident in selectors.waiting_for_gateway():
        _try(lambda incident=incident: acceptance.deployment_ended(incident=incident))
        _try(lambda incident=incident: evidence.close_when_proven(incident))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception:
        log.exception("the sweep goes on with the next one")
