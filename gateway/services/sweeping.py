"""What the schedule makes up for: lost work, answers without an end, nodes that are silent or behind."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from common.errors import Conflict
from common.outbox import announce
from common.transitions import move

from .. import cells, delivery, moving
from ..lifecycle import UNSETTLED, DeploymentStatus, ProofStatus
from ..models import Deployment
from .concluding import about, conclude, reject
from .planning import end_check

S = DeploymentStatus
STALE_AFTER = timedelta(minutes=2)
SILENCE = timedelta(minutes=10)
TRIES = 3
log = logging.getLogger(__name__)


def give_back_stale() -> None:
    """Plans whose worker died go back to the queue, and nodes get what they should have."""
    stale = Deployment.objects.filter(
        status__in=(S.PLANNED, S.CHECKING), changed_at__lt=timezone.now() - STALE_AFTER
    )
    for deployment in stale.select_related("account"):
        if deployment.moves.filter(new=S.CHECKING).count() >= TRIES:
            end_check(
                deployment,
                f"The worker failed {TRIES} times at it; its log says why. Mend that, then plan again.",
            )
            continue
        if deployment.status == S.CHECKING:
            deployment.keys.all().delete()
            deployment.hosts.all().delete()
            move(deployment, S.PLANNED, actor="Portal", reason="the worker did not finish")
        Deployment.objects.filter(pk=deployment.pk).update(changed_at=timezone.now())
        with about(deployment):
            announce("deployment.planned", deployment.uuid)
    conclude_answered()
    _give_up_on_silent_nodes()
    moving.finish()
    active = cells.active_nodes().select_related("cell")
    delivery.hand_over_each([node for node in active if not delivery.is_handed_over(node)])


def conclude_answered() -> None:
    """End deliveries that every node has answered: the end was lost to a crash, or the last one waited for is
    gone."""
    for deployment in Deployment.objects.filter(status=S.DELIVERING).select_related("account"):
        if deployment.proofs.filter(status__in=UNSETTLED).exists():
            continue
        try:
            conclude(deployment)
        except Exception:  # one account's trouble must not keep the others waiting
            log.exception("%s could not be ended; the sweep tries again", deployment)


def _give_up_on_silent_nodes() -> None:
    """A delivery that a node never answered ends, so that it does not block the next one."""
    since = timezone.now() - SILENCE
    for deployment in Deployment.objects.filter(status=S.DELIVERING, changed_at__lt=since).select_related(
        "account"
    ):
        silent = deployment.proofs.exclude(status__in=(ProofStatus.PROVEN, ProofStatus.REFUSED))
        names = ", ".join(silent.values_list("node__name", flat=True))
        minutes = SILENCE // timedelta(minutes=1)
        problem = f"{names}: no answer within {minutes} minutes. Look at the node, then plan again."
        try:
            with about(deployment), transaction.atomic():
                reject(deployment, problem)
        except Conflict:
            log.info("%s was answered meanwhile", deployment)
