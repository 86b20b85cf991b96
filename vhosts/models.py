"""Virtual hosts and the requests that make and change them."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import AccountOwned
from certificates.models import Keystore, Reference, Truststore
from common.models import Move

from . import lifecycle

alias_validator = RegexValidator(
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "Use lower-case letters, digits and inner hyphens, 63 characters at most.",
)


class ClientAuth(models.TextChoices):
    """Whether a host asks its clients for a certificate.

    off: nobody is asked. optional: who has none is let through, who sends one must be trusted. trial: nobody
    is refused; who would be is written down. required: only trusted clients.
    """

    OFF = "off", "off"
    OPTIONAL = "optional", "optional"
    TRIAL = "trial", "trial"
    REQUIRED = "required", "required"


class Refusal(models.TextChoices):
    """How a host refuses: over HTTP with a reason, or in the TLS handshake as far as TLS can tell."""

    EXPLAIN = "explain", "explain"
    HANDSHAKE = "handshake", "handshake"


class VirtualHost(AccountOwned):
    """One name (SNI) on the gateway. It changes only through host requests."""

    alias = models.CharField(max_length=63, validators=[alias_validator])
    name = models.CharField(max_length=253, unique=True, help_text="the full DNS name, lower case")
    is_default = models.BooleanField(default=False)
    client_auth = models.CharField(max_length=20, choices=ClientAuth.choices, default=ClientAuth.OFF)
    refusal = models.CharField(max_length=20, choices=Refusal.choices, default=Refusal.EXPLAIN)
    truststore = models.ForeignKey(
        Truststore, on_delete=models.PROTECT, null=True, blank=True, related_name="hosts"
    )
    reference = models.ForeignKey(
        Reference, on_delete=models.PROTECT, null=True, blank=True, related_name="hosts"
    )
    keystore = models.ForeignKey(Keystore, on_delete=models.PROTECT, related_name="hosts")
    description = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "alias"], name="alias_per_account"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default=True), name="one_default_host_per_account"
            ),
            models.CheckConstraint(
                condition=Q(truststore=None) | Q(reference=None), name="host_truststore_by_name_or_reference"
            ),
            models.CheckConstraint(
                condition=Q(client_auth=ClientAuth.OFF) | ~Q(truststore=None, reference=None),
                name="client_authentication_needs_a_truststore",
            ),
        ]

    def __str__(self) -> str:
        return self.alias

    @property
    def trust(self) -> str:
        """How the host names its truststore: `name`, `ref://name`, or nothing."""
        return str(self.reference or self.truststore or "")

    @property
    def trusted(self) -> Truststore | None:
        """The truststore in force, through the reference where there is one."""
        return self.reference.truststore if self.reference else self.truststore


class HostRequest(AccountOwned):
    """A wish to create or change a host, what became of it, and its history: the only way a host changes."""

    MOVES = lifecycle.REQUEST_MOVES

    number = models.PositiveIntegerField()
    operation = models.CharField(max_length=10, choices=lifecycle.Operation.choices)
    host = models.ForeignKey(VirtualHost, on_delete=models.PROTECT, null=True, related_name="requests")
    wish = models.JSONField(help_text="what was asked for")
    status = models.CharField(
        max_length=20, choices=lifecycle.RequestStatus.choices, default=lifecycle.RequestStatus.RECEIVED
    )
    problem = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="request_number_per_account")
        ]

    def __str__(self) -> str:
        return f"HR-{self.number}"


class HostRequestMove(Move):
    """History of a host request's status."""

    subject = models.ForeignKey(HostRequest, on_delete=models.CASCADE, related_name="moves")
