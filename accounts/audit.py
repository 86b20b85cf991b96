"""The audit trail: one call a write."""

from __future__ import annotations

from typing import Any

from django.db import models

from .actors import Actor
from .models import AuditEntry


def record(actor: Actor, action: str, subject: models.Model, **details: Any) -> None:
    """Note that `actor` did `action` ("subject:act") to `subject`. Call it inside the transaction of the
    write.

    `details` must hold plain JSON values and no secret.
    """
    AuditEntry.objects.create(
        account=actor.account,
        actor=actor.label,
        action=action,
        subject=str(subject)[:200],
        subject_uuid=getattr(subject, "uuid", None),
        details=details,
    )
