"""The audit trail: one call a write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import models
from django_guid import get_guid
from django_guid.context import guid

from common import logcontext

from .actors import Actor
from .models import Account, AuditEntry


def record(actor: Actor, action: str, subject: models.Model, **details: Any) -> None:
    """Note that `actor` did `action` ("subject:act") to `subject`. Call it inside the transaction of the
    write.

    `details` must hold plain JSON values and no secret.
    """
    _entry(actor, action, subject, details).save(force_insert=True)


def record_many(actor: Actor, acts: Iterable[tuple[str, models.Model, dict[str, Any]]]) -> None:
    """The same for many at once: action, subject and details of each. One query for 500 of them."""
    AuditEntry.objects.bulk_create(
        (_entry(actor, action, subject, details) for action, subject, details in acts), batch_size=500
    )


def _entry(actor: Actor, action: str, subject: models.Model, details: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        account=actor.account,
        actor=actor.label,
        action=action,
        subject=str(subject)[:200],
        subject_uuid=getattr(subject, "uuid", None),
        details=details,
        request_id=logcontext.request_id(),
    )


@contextmanager
def continuing(account: Account, subject: UUID) -> Iterator[None]:
    """What happens inside belongs to the request that last did something to `subject`: so an agent's proof
    is found, in logs and in the trail, under the request that started the deployment.
    """
    known = AuditEntry.objects.filter(account=account, subject_uuid=subject).exclude(request_id="")
    before = get_guid()
    guid.set(known.order_by("-id").values_list("request_id", flat=True).first() or before)
    try:
        yield
    finally:
        guid.set(before)
