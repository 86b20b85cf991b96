"""Refusing a certificate everywhere now, taking that back, and what becomes of it by itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account, Member
from accounts.permissions import Role
from certificates.models import Certificate
from common.errors import Conflict, DomainError
from common.outbox import announce

from . import denied_lists
from .cells import active_nodes, nodes_of
from .models import Denial, DenialOnNode, Node, Sighting
from .translation import deny as rendering

DEFAULT_HOURS, MOST_HOURS = 24, 30 * 24
SHARE = 50  # of the emergency list, which all accounts of a node share, for one account
LIFTED, TIME_OVER = "lifted", "its time was over"
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
log = logging.getLogger(__name__)


def normalized(text: str) -> str:
    """A SHA-256 fingerprint as people copy it (colons, spaces, capitals), as lower-case hex.
    Raises DomainError."""
    plain = re.sub(r"[\s:]", "", text).lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise DomainError(
            "fingerprint_unreadable",
            "A SHA-256 fingerprint has 64 hexadecimal digits. Copy it from the certificate or a sighting.",
            field="fingerprint",
        )
    return plain


def name_of(account: Account, fingerprint: str) -> str:
    """What people know a certificate by: its common name, as uploaded or as it was seen calling; else the
    first digits of its fingerprint."""
    known = Certificate.objects.filter(account=account, fingerprint=fingerprint).first()
    if known is not None and known.common_name:
        return known.common_name
    seen = Sighting.objects.filter(host__account=account, fingerprint=fingerprint).exclude(subject="").first()
    for part in seen.subject.split(",") if seen else ():
        if part.strip().upper().startswith("CN="):
            return part.strip()[3:][:200]
    return fingerprint[:12]


@transaction.atomic
def deny(*, actor: Actor, fingerprint: str, reason: str, hours: int = DEFAULT_HOURS) -> Denial:
    """Refuse a client certificate on every host of the account, at once, until `hours` from now.

    Raises DomainError for input that does not fit, Conflict when it is refused already or the emergency list
    is full.
    """
    fingerprint = normalized(fingerprint)
    if not reason.strip():
        raise DomainError("reason_missing", "Say why, for those who read it later.", field="reason")
    if not 1 <= hours <= MOST_HOURS:
        raise DomainError(
            "hours_out_of_range", f"Choose from 1 to {MOST_HOURS} hours (30 days).", field="hours"
        )
    account = Account.objects.select_for_update().get(pk=actor.account.pk)  # one at a time
    _end_due(Denial.objects.filter(account=account))
    if Denial.objects.filter(account=account, fingerprint=fingerprint, ended_at=None).exists():
        raise Conflict("already_denied", "This certificate is refused already. Look at the denials.")
    _refuse_when_full(account)
    denial = Denial.objects.create(
        account=account,
        fingerprint=fingerprint,
        certificate=Certificate.objects.filter(account=account, fingerprint=fingerprint).first(),
        name=name_of(account, fingerprint),
        reason=reason.strip()[:500],
        by=actor.label,
        until=timezone.now() + timedelta(hours=hours),
    )
    audit.record(
        actor,
        "denial:set",
        denial,
        fingerprint=fingerprint,
        reason=denial.reason,
        until=denial.until.isoformat(),
    )
    _spread(denial)
    transaction.on_commit(partial(_tell_administrators, denial), robust=True)
    return denial


def _refuse_when_full(account: Account) -> None:
    waiting = denied_lists.urgent(denied_lists.in_force())
    own = sum(denial.account_id == account.pk for denial in waiting)
    if len(waiting) >= rendering.MOST or own >= SHARE:
        most = f"{SHARE} certificates of this account" if own >= SHARE else f"{rendering.MOST} certificates"
        raise Conflict(
            "denials_full",
            f"The emergency list holds {most}, which is its limit. Deploy: what a deployment carries leaves "
            "the list. Then try again.",
        )


@transaction.atomic
def lift(*, actor: Actor, denial: Denial) -> Denial:
    """Take a denial back: from now on the truststores decide again. Raises Conflict when it has ended."""
    found = Denial.objects.select_for_update().get(pk=denial.pk)
    if not found.is_in_force:
        raise Conflict("denial_ended", "This denial has ended already. Nothing was changed.")
    found.lifted_at = found.ended_at = timezone.now()
    found.lifted_by, found.ended_why = actor.label, LIFTED
    found.save()
    audit.record(actor, "denial:lifted", found, fingerprint=found.fingerprint)
    _spread(found)
    return found


def sweep() -> None:
    """End what is over, and offer every node the list that it should have."""
    with transaction.atomic():
        _end_due(Denial.objects.all())
    hand_over_each(active_nodes().select_related("cell"))


def _end_due(denials: object) -> None:
    for denial in denials.filter(ended_at=None, until__lte=timezone.now()).select_related("account"):
        denial.ended_at, denial.ended_why = timezone.now(), TIME_OVER
        denial.save(update_fields=["ended_at", "ended_why"])
        audit.record(portal(denial.account), "denial:ended", denial, fingerprint=denial.fingerprint)
        _spread(denial)


def _spread(denial: Denial) -> None:
    """Once committed: the nodes first, then the flags of the proxies."""
    transaction.on_commit(lambda: hand_over_each(nodes_of(denial.account)), robust=True)
    announce("denial.changed", denial.uuid)


def hand_over_each(nodes: Iterable[Node]) -> None:
    """Offer nodes their lists. A disk that does not take one now gets it from the sweep."""
    for node in nodes:
        try:
            denied_lists.hand_over(node)
        except OSError:
            log.exception("could not hand the denials over to %s; the sweep tries again", node)


@transaction.atomic
def answered(*, node: Node, version: str, trouble: str, milliseconds: int, at: datetime) -> None:
    """A node has the list named `version` in force since `milliseconds` after it wrote it, or not: `trouble`
    says why. An answer about an older list says nothing about today's."""
    listed = denied_lists.urgent_on(node)
    if version != denied_lists.list_for(node).version:
        return
    Node.objects.filter(pk=node.pk).update(
        denied_trouble=trouble[:500], **({} if trouble else {"denied_live": version})
    )
    if trouble:
        log.warning("%s does not have the denials in force: %s", node, trouble)
        return
    DenialOnNode.objects.bulk_create(
        [
            DenialOnNode(denial=denial, node=node, in_force_at=at, milliseconds=milliseconds)
            for denial in listed
        ],
        ignore_conflicts=True,
    )


def _tell_administrators(denial: Denial) -> None:
    admins = Member.objects.filter(account=denial.account, role=Role.ADMINISTRATOR, user__is_active=True)
    addresses = list(admins.values_list("user__email", flat=True))
    url = settings.PORTAL_URL + reverse("gateway:denials")
    for address in addresses:
        mail = EmailMessage(
            subject=f"{denial.account.name}: a certificate is refused on every host",
            body=render_to_string("emails/denial_set.txt", {"denial": denial, "url": url}),
            to=[address],
        )
        try:
            mail.send()
        except OSError as error:  # smtplib's exceptions are OSErrors too
            log.warning("the mail about a denial did not leave: %s", type(error).__name__)
