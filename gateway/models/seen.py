"""What the gateway saw, in counts."""

from __future__ import annotations

from django.db import models

from vhosts.models import VirtualHost

from .. import lifecycle
from .nodes import Node


class Sighting(models.Model):
    """What a node saw: clients of one certificate (or none) on one host with one outcome, counted."""

    host = models.ForeignKey(VirtualHost, on_delete=models.CASCADE, related_name="sightings")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="sightings")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="empty: no certificate was sent")
    issuer_fingerprint = models.CharField(max_length=64, blank=True, help_text="the verified issuer, if any")
    subject = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=10, choices=lifecycle.Outcome.choices)
    reason = models.CharField(max_length=200, blank=True)
    status = models.PositiveSmallIntegerField(
        default=0, help_text="the last HTTP status; 0 when there was none"
    )
    count = models.PositiveBigIntegerField(default=0)
    before_trial = models.PositiveBigIntegerField(
        default=0, help_text="the count when the host's present trial began"
    )
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-last_seen"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "node", "fingerprint", "issuer_fingerprint", "outcome", "reason"],
                name="one_count_per_sighting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.fingerprint[:12] or 'no certificate'} {self.outcome} {self.count}×"
