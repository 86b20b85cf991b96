"""Certificates that are refused at once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import AccountOwned
from certificates.models import Certificate

from .nodes import Node


class Denial(AccountOwned):
    """A client certificate that the account refuses on every host, whatever its truststores say."""

    fingerprint = models.CharField(max_length=64, help_text="of the leaf: SHA-256 of the DER, lower-case hex")
    certificate = models.ForeignKey(
        Certificate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200, help_text="what people know it by, when it was refused")
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=200)
    until = models.DateTimeField(db_index=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)
    ended_why = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "fingerprint"],
                condition=models.Q(ended_at=None),
                name="one_denial_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_force(self) -> bool:
        """Whether nobody lifted it and its time is not over."""
        return self.ended_at is None and self.until > timezone.now()


class DenialOnNode(models.Model):
    """Since when a node refuses by a denial: Envoy said so `milliseconds` after its agent wrote the list."""

    denial = models.ForeignKey(Denial, on_delete=models.CASCADE, related_name="on_nodes")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="denials")
    in_force_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()

    class Meta:
        ordering = ["node__name"]
        constraints = [models.UniqueConstraint(fields=["denial", "node"], name="one_answer_per_denial")]

    def __str__(self) -> str:
        return f"{self.denial} on {self.node}"
