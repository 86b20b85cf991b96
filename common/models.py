"""Abstract models. This app owns no table."""

from __future__ import annotations

import uuid

from django.db import models


class Identified(models.Model):
    """A row that people and machines name by `uuid`, and that knows when it was made."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Move(models.Model):
    """One status change: the history row that `common.transitions.move` writes.

    A concrete subclass adds `subject`, a foreign key with `related_name="moves"`.
    """

    old = models.CharField(max_length=30)
    new = models.CharField(max_length=30)
    actor = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
