"""Enablement incidents, their timeline, their secure links, and the uploads that came through them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import AccountOwned
from certificates.models import Certificate, TruststoreVersion, Upload
from common.models import Identified, Move
from vhosts.models import VirtualHost

from . import lifecycle

QUEUE = "OPU-API-OD-OPS"


class Incident(AccountOwned):
    """The wish to have two-way SSL enabled on a host for a partner, in the queue of the operations people."""

    MOVES = lifecycle.INCIDENT_MOVES

    number = models.PositiveIntegerField()
    component = models.CharField(max_length=30, default=QUEUE, editable=False)
    host = models.ForeignKey(VirtualHost, on_delete=models.PROTECT, related_name="incidents")
    host_alias = models.CharField(max_length=253)
    subdomain = models.CharField(max_length=63)
    account_ref = models.CharField(max_length=36, help_text="the account's ID, as it was given")
    two_way_ssl = models.CharField(max_length=10, default="Enabled")
    email = models.EmailField(help_text="where the secure link goes")
    partner = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    raised_by = models.CharField(max_length=200)
    status = models.CharField(
        max_length=20,
        choices=lifecycle.IncidentStatus.choices,
        default=lifecycle.IncidentStatus.WAITING,
        db_index=True,
    )
    changed_at = models.DateTimeField(auto_now=True)
    version = models.ForeignKey(TruststoreVersion, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    partner_certificates = models.ManyToManyField(
        Certificate,
        related_name="+",
        help_text="accepted: a call with one, or with one issued by one, is the partner's",
    )
    evidence = models.JSONField(default=list, help_text="frozen when the incident closes")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="incident_number_per_account")
        ]

    def __str__(self) -> str:
        return f"INC-{self.number}"


class IncidentMove(Move):
    """History of an incident's status."""

    subject = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="moves")


class Event(models.Model):
    """One line of the timeline."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=lifecycle.EventKind.choices)
    text = models.TextField(blank=True)
    internal = models.BooleanField(default=False, help_text="only for the queue, never shown to the partner")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor} {self.get_kind_display()}"


class IncidentUpload(models.Model):
    """An upload that belongs to an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="uploads")
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, related_name="incident_upload")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.upload)


class SecureLink(Identified):
    """A way for a partner to upload once without an account. Only the SHA-256 of its token is stored."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links")
    token_digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"secure link of {self.incident}"

    @property
    def state(self) -> str:
        """Open, used, revoked or expired."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "used" if self.used_at else "open"


class QuotaRequest(AccountOwned):
    """The wish of an account for more hosts, answered by the queue."""

    MOVES = lifecycle.QUOTA_MOVES

    number = models.PositiveIntegerField()
    component = models.CharField(max_length=30, default=QUEUE, editable=False)
    wanted = models.PositiveIntegerField(help_text="hosts beside the default host")
    reason = models.CharField(max_length=500)
    raised_by = models.CharField(max_length=200)
    status = models.CharField(
        max_length=20, choices=lifecycle.QuotaStatus.choices, default=lifecycle.QuotaStatus.WAITING
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="quota_request_number_per_account")
        ]

    def __str__(self) -> str:
        return f"QR-{self.number}"


class QuotaRequestMove(Move):
    """History of a quota request's status."""

    subject = models.ForeignKey(QuotaRequest, on_delete=models.CASCADE, related_name="moves")
