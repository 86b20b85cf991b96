"""Accounts, the people in them, the keys of machines, and the audit trail."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from oauth2_provider.models import AbstractApplication

from common.models import Identified

from .permissions import Role

subdomain_validator = RegexValidator(
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "Use lower-case letters, digits and inner hyphens, 63 characters at most.",
)


class SeverityProfile(models.TextChoices):
    """How strict the judge of certificates is for an account:
    `certificates.pki.codes.Profile`, in the same words.
    """

    STRICT = "strict", "strict"
    LEVEL2 = "level2", "OpenSSL security level 2"
    LENIENT = "lenient", "lenient"


class Account(Identified):
    """A tenant. Everything else belongs to exactly one account."""

    name = models.CharField(max_length=100)
    subdomain = models.CharField(max_length=63, unique=True, validators=[subdomain_validator])
    region = models.CharField(max_length=30, default="local")
    gateway_domain = models.CharField(
        max_length=190, unique=True, help_text="Hosts of this account are aliases under this domain."
    )
    severity_profile = models.CharField(
        max_length=10, choices=SeverityProfile.choices, default=SeverityProfile.STRICT
    )

    host_quota = models.PositiveIntegerField(default=3, help_text="hosts beside the default host")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AccountOwned(Identified):
    """A row of one account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    """Creates people, who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a person. `email` is stored in lower case. Without a password nobody can sign in as them."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a person who may also use Django's own tools."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> User:
        """Sign-in does not care about the case of an address."""
        return self.get(email=email.lower())


class User(AbstractUser):
    """A person. What they may do comes from their membership, never from this row."""

    username = None
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=150, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.email


class Member(AccountOwned):
    """A person in an account, with one role there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="one_membership_per_account")]
        ordering = ["user__email"]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class ServiceKey(AbstractApplication):
    """An OAuth2 client of one account (client credentials, RFC 6749 section 4.4).
    The secret is stored hashed.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    scopes = models.JSONField(default=list)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        ordering = ["-created"]

    def is_usable(self, request: object) -> bool:
        """Asked by the token endpoint and for every bearer token."""
        return self.revoked_at is None

    @property
    def status(self) -> str:
        """Active or revoked."""
        return "revoked" if self.revoked_at else "active"


class AuditEntry(models.Model):
    """Who did what, when. Written by `accounts.audit.record`, changed by nobody."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=80, help_text="subject:act, as in truststore:version_activated")
    subject = models.CharField(max_length=200)
    subject_uuid = models.UUIDField(null=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(
        max_length=36, blank=True, help_text="the request that led to it, as in the logs"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"])]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
