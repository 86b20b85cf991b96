"""Rollouts: flagged proxies, redeployed a few hosts at a time."""

from __future__ import annotations

from django.db import models

from accounts.models import AccountOwned
from common.models import Move

from .. import lifecycle


class Rollout(AccountOwned):
    """Flagged proxies redeployed host by host, in batches, until one fails.

    `confirmed`: the impact that the person saw, as in Schedule; `proxies`: uuids of those it was started for.
    """

    MOVES = lifecycle.ROLLOUT_MOVES

    number = models.PositiveIntegerField()
    status = models.CharField(
        max_length=20,
        choices=lifecycle.RolloutStatus.choices,
        default=lifecycle.RolloutStatus.RUNNING,
        db_index=True,
    )
    actor = models.CharField(max_length=200)
    changed_at = models.DateTimeField(auto_now=True)
    confirmed = models.JSONField(default=dict)
    proxies = models.JSONField(default=list)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="rollout_number_per_account")
        ]

    def __str__(self) -> str:
        return f"rollout {self.number}"


class RolloutMove(Move):
    """History of a rollout's status."""

    subject = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="moves")


class RolloutBatch(models.Model):
    """Hosts whose new configuration goes live together. `hosts`: uuid and name of each, in their order."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    hosts = models.JSONField()
    status = models.CharField(
        max_length=20, choices=lifecycle.BatchStatus.choices, default=lifecycle.BatchStatus.WAITING
    )

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["rollout", "number"], name="batch_number_per_rollout")]

    def __str__(self) -> str:
        return f"{self.rollout}, batch {self.number}"
