"""Deployments that start by themselves at a time, unless they would do more harm than was confirmed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Member
from accounts.permissions import granted_to
from common.errors import Conflict, DomainError
from common.outbox import announce
from common.transitions import move
from common.words import few, sentence

from . import canaries, selectors, services
from .impact import impact_of
from .lifecycle import DeploymentStatus as S
from .models import Deployment, Node, Schedule
from .superseding import not_started

FURTHEST = timedelta(days=30)
log = logging.getLogger(__name__)


@transaction.atomic
def schedule(
    *,
    actor: Actor,
    deployment: Deployment,
    at: datetime,
    first: Sequence[Node] = (),
    minutes: int | None = None,
) -> None:
    """Have a ready deployment start by itself at `at` (aware), on every node or as a canary on `first`;
    `minutes` as for `services.start`.

    Raises DomainError when the time is past or more than 30 days ahead, or when `first` and `minutes` make
    no canary; Conflict when it is not ready, or a batch of a rollout.
    """
    services.refuse_part_of_rollout(deployment)
    now = timezone.now()
    if not now < at <= now + FURTHEST:
        raise DomainError(
            "time_out_of_range",
            f"Choose a time after now and at most {FURTHEST.days} days ahead.",
            field="at",
        )
    if first:
        canaries.refuse_unfit(list(selectors.nodes_to_prove(deployment.account)), first, minutes)
    names = [node.name for node in first]
    where = f", on {few(names)} first" if first else ""
    move(deployment, S.SCHEDULED, actor=actor.label, reason=f"for {at:%Y-%m-%d %H:%M %Z}{where}")
    # Also in memory: one from an earlier time that came to nothing may have been read with the deployment.
    deployment.schedule, _ = Schedule.objects.update_or_create(
        deployment=deployment,
        defaults={
            "at": at,
            "actor": actor.label,
            "confirmed": impact_of(deployment).marks,
            "canary": [{"uuid": str(node.uuid), "name": node.name} for node in first],
            "minutes": minutes,
        },
    )
    audit.record(actor, "deployment:scheduled", deployment, at=at.isoformat(), canary=names)


@transaction.atomic
def cancel(*, actor: Actor, deployment: Deployment) -> None:
    """It stays ready, and starts when somebody starts it. Raises Conflict when it is not scheduled."""
    move(deployment, S.READY, actor=actor.label, reason="no longer scheduled")
    Schedule.objects.filter(deployment=deployment).delete()
    audit.record(actor, "deployment:unscheduled", deployment)


def start_due() -> None:
    """Start what is due, and say why what is not started is not."""
    due = Deployment.objects.filter(status=S.SCHEDULED, schedule__at__lte=timezone.now())
    for deployment in due.select_related("account", "schedule"):
        try:
            _start(deployment)
        except Exception:
            log.exception("%s could not be started at its time; the sweep tries again", deployment)


def _start(deployment: Deployment) -> None:
    who = portal(deployment.account)
    if worse := impact_of(deployment).worse_than(deployment.schedule.confirmed):
        _give_up(deployment, f"more would be felt than {deployment.schedule.actor} confirmed: {worse}")
        return
    planned = deployment.schedule
    try:
        services.start(actor=who, deployment=deployment, first=_first(deployment), minutes=planned.minutes)
    except DomainError as refusal:
        if refusal.code != "moved_meanwhile":  # another worker was faster, or somebody cancelled it
            _give_up(deployment, refusal.message)


def _first(deployment: Deployment) -> list[Node]:
    """The nodes of a scheduled canary. Raises Conflict when one serves the account no more: others than those
    that were chosen would take the deployment first."""
    serving = {str(node.uuid): node for node in selectors.nodes_to_prove(deployment.account)}
    wanted = deployment.schedule.canary
    if gone := [node["name"] for node in wanted if node["uuid"] not in serving]:
        raise Conflict(
            "node_gone",
            f"{few(gone)} was to take it first, and does not serve this account's hosts any more. "
            "Choose other nodes.",
        )
    return [serving[node["uuid"]] for node in wanted]


@transaction.atomic
def _give_up(deployment: Deployment, why: str) -> None:
    move(deployment, S.READY, actor="Portal", reason="not started at its time", problem=not_started(why))
    audit.record(portal(deployment.account), "deployment:not_started", deployment, why=why)
    announce("deployment.not_started", deployment.uuid)


def tell(deployment: Deployment) -> None:
    """Mail those who may deploy that it did not, or will not, start by itself, and why."""
    members = Member.objects.filter(account=deployment.account).select_related("user")
    to = [member.user.email for member in members if "gateway:deploy" in granted_to(member.role)]
    url = settings.PORTAL_URL + reverse("gateway:deployment", args=[deployment.uuid])
    body = render_to_string("emails/not_started.txt", {"deployment": deployment, "url": url})
    subject = sentence(f"{deployment} was not started at its time")
    for address in to:
        try:
            send_mail(subject, body, None, [address])
        except OSError as error:  # smtplib's exceptions are OSErrors too
            log.warning("a mail about a deployment did not leave: %s", type(error).__name__)
