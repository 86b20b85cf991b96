"""The one way a status changes.

The model has `status`, a class attribute `MOVES` (old status → the statuses it may become) and a
related manager `moves` of a `common.models.Move`.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from .errors import Conflict
from .words import sentence


def move(obj: models.Model, to: str, *, actor: str, reason: str = "", **also: Any) -> None:
    """Move `obj` to the status `to`, together with the fields in `also`.

    The update names the old status, so of two workers exactly one wins.
    Raises Conflict when the table forbids the move or somebody else moved the object first.
    """
    if hasattr(obj, "changed_at"):
        also.setdefault("changed_at", timezone.now())  # `update` below does not know of `auto_now`
    old = obj.status
    if to not in type(obj).MOVES.get(old, ()):
        raise Conflict(
            "illegal_move",
            f"{_name(obj)} is “{obj.get_status_display()}” and cannot become “{to}” from there.",
        )
    with transaction.atomic():
        changed = type(obj).objects.filter(pk=obj.pk, status=old).update(status=to, **also)
        if changed != 1:
            raise Conflict("moved_meanwhile", f"{_name(obj)} was changed by somebody else. Reload the page.")
        obj.moves.create(old=old, new=to, actor=actor, reason=reason[:500])
    obj.status = to
    for field, value in also.items():
        setattr(obj, field, value)


def _name(obj: models.Model) -> str:
    kind, name = str(obj._meta.verbose_name), str(obj)
    return sentence(name if name.startswith(kind) else f"{kind} {name}")
