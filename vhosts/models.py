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
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z",
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


class Hosts(models.Manager):
    """The hosts that are there: a deleted one stays as a row for its history, and only for that."""

    def get_queryset(self) -> models.QuerySet:
        """Without deleted ones."""
        return super().get_queryset().filter(deleted_at=None)


class VirtualHost(AccountOwned):
    """One name (SNI) on the gateway. It changes only through host requests.

    Deleting one keeps the row, without truststore and keystore, so that requests, incidents and sightings
    stay readable; `objects` does not know it any more.
    """

    alias = models.CharField(
        max_length=253, help_text="a label under the account's default domain, or the name of a custom domain"
    )
    name = models.CharField(max_length=253, db_index=True, help_text="the full DNS name, lower case")
    is_custom = models.BooleanField(default=False, help_text="a custom domain with a keystore of its own")
    is_default = models.BooleanField(default=False)
    client_auth = models.CharField(max_length=20, choices=ClientAuth.choices, default=ClientAuth.OFF)
    refusal = models.CharField(max_length=20, choices=Refusal.choices, default=Refusal.EXPLAIN)
    truststore = models.ForeignKey(
        Truststore, on_delete=models.PROTECT, null=True, blank=True, related_name="hosts"
    )
    reference = models.ForeignKey(
        Reference, on_delete=models.PROTECT, null=True, blank=True, related_name="hosts"
    )
    keystore = models.ForeignKey(
        Keystore, on_delete=models.PROTECT, null=True, blank=True, related_name="hosts"
    )
    keystore_reference = models.ForeignKey(
        Reference, on_delete=models.PROTECT, null=True, blank=True, related_name="answering_hosts"
    )
    key_alias = models.CharField(
        max_length=200, blank=True, help_text="the key entry; empty: the newest of the keystore"
    )
    description = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(
        null=True, blank=True, help_text="deleted and off the gateway: its name is free again"
    )

    objects = Hosts()
    with_deleted = models.Manager()

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "alias"], condition=Q(deleted_at=None), name="alias_per_account"
            ),
            models.UniqueConstraint(fields=["name"], condition=Q(released_at=None), name="name_in_use_once"),
            models.CheckConstraint(
                condition=Q(keystore=None, keystore_reference__isnull=False)
                | Q(keystore__isnull=False, keystore_reference=None)
                | Q(deleted_at__isnull=False),
                name="host_has_one_keystore",
            ),
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

    @property
    def key_name(self) -> str:
        """How the host names its keystore: `name`, `ref://name`, or nothing once it is deleted."""
        return str(self.keystore_reference or self.keystore or "")

    @property
    def key_store(self) -> Keystore | None:
        """The keystore that it answers with, through the reference where there is one."""
        return self.keystore_reference.keystore if self.keystore_reference else self.keystore


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
