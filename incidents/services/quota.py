"""Asking the queue for more hosts, and granting them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.actors import Actor
from accounts.models import Account
from accounts.services import set_host_quota
from certificates.services.uploads import refuse_pasted_key
from common.errors import Conflict, DomainError
from common.transitions import move

from ..lifecycle import QuotaStatus
from ..models import QuotaRequest

MOST = 1000  # more than that is a matter for whoever runs the installation


@transaction.atomic
def ask(*, actor: Actor, wanted: int, reason: str) -> QuotaRequest:
    """Ask for `wanted` hosts beside the default host. Raises DomainError naming the field, Conflict while an
    earlier request waits.
    """
    account = Account.objects.select_for_update().get(pk=actor.account.pk)  # one number at a time
    refuse_pasted_key(reason, field="reason")
    if not account.host_quota < wanted <= MOST:
        sentence = f"The quota is {account.host_quota}. Ask for more than that, and {MOST:,} at most."
        raise DomainError("quota_wanted", sentence, field="wanted")
    if not reason.strip():
        raise DomainError("reason_missing", "Say what the hosts are for.", field="reason")
    asked = QuotaRequest.objects.filter(account=account)
    if asked.filter(status=QuotaStatus.WAITING).exists():
        raise Conflict("quota_asked", "A request waits already. The queue answers that one first.")
    last = asked.aggregate(last=Max("number"))["last"] or 0
    made = QuotaRequest.objects.create(
        account=account, number=last + 1, wanted=wanted, reason=reason.strip(), raised_by=actor.label
    )
    audit.record(actor, "quota_request:raised", made, wanted=wanted)
    return made


@transaction.atomic
def grant(*, actor: Actor, request: QuotaRequest) -> None:
    """Let the account have the hosts. Raises Conflict for a request that was answered already."""
    move(request, QuotaStatus.GRANTED, actor=actor.label)
    audit.record(actor, "quota_request:granted", request, wanted=request.wanted)
    set_host_quota(actor=actor, quota=request.wanted)


@transaction.atomic
def refuse(*, actor: Actor, request: QuotaRequest) -> None:
    """Leave the quota as it is. Raises Conflict for a request that was answered already."""
    move(request, QuotaStatus.REFUSED, actor=actor.label)
    audit.record(actor, "quota_request:refused", request)
