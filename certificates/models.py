"""Keystores, truststores with immutable versions, references, uploads and what was found in them.

The identity of a certificate is the SHA-256 of its DER, never a name or a serial number.
"""

from __future__ import annotations

from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AccountOwned
from common.models import Identified, Move

from . import lifecycle
from .pki.roles import Role
from .pki.san_rules import SanRule, from_plain, to_text

store_name_validator = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$",
    "Start with a letter or digit, then use letters, digits, dots, hyphens or underscores; "
    "200 characters at most.",
)


class Certificate(AccountOwned):
    """One certificate as an account knows it, re-encoded from DER.
    Facts beside `der` are copies for lists.
    """

    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the DER, lower-case hex")
    der = models.BinaryField()
    subject = models.TextField()
    issuer = models.TextField()
    common_name = models.CharField(max_length=200)
    serial = models.CharField(max_length=64)
    key = models.CharField(max_length=60)
    is_ca = models.BooleanField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="certificate_once_per_account")
        ]

    def __str__(self) -> str:
        return self.common_name


class Keystore(AccountOwned):
    """Named set of server keys. Private keys go in encrypted and never come out of the portal, except to a
    gateway.
    """

    name = models.CharField(max_length=200, validators=[store_name_validator])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="keystore_name_per_account")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServerKey(Identified):
    """A server key with its chain, under an alias. A renewal is a new row;
    the newest of an alias is in use.
    """

    keystore = models.ForeignKey(Keystore, on_delete=models.PROTECT, related_name="keys")
    alias = models.CharField(max_length=200, validators=[store_name_validator])
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+")
    chain_pem = models.TextField(help_text="leaf first")
    sealed_key = models.BinaryField(help_text="PKCS#8 PEM, encrypted by common.secrets")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.keystore}/{self.alias}"


class Truststore(AccountOwned):
    """Named set of certificates that clients are trusted by. `current` is the version in force."""

    name = models.CharField(max_length=200, validators=[store_name_validator])
    description = models.CharField(max_length=500, blank=True)
    current = models.ForeignKey(
        "TruststoreVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="truststore_name_per_account")
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TruststoreVersion(Identified):
    """One immutable set of entries. Rolling back is making an older one current."""

    truststore = models.ForeignKey(Truststore, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    created_by = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["truststore", "number"], name="truststore_version_number")
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.truststore} version {self.number}"


class Entry(Identified):
    """A certificate in a truststore version, in the role that a person gave it."""

    version = models.ForeignKey(TruststoreVersion, on_delete=models.PROTECT, related_name="entries")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="entries")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    alias = models.CharField(max_length=200)
    san_rules = models.JSONField(
        default=list, blank=True, help_text="of an anchor: {kind, match, value}; its clients need such a name"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "certificate"], name="certificate_once_per_version")
        ]
        ordering = ["role", "alias"]

    def __str__(self) -> str:
        return f"{self.alias} ({self.role})"

    @property
    def rules(self) -> tuple[SanRule, ...]:
        """The name rules of an anchor; without any, everyone it issued for may enter."""
        return from_plain(self.san_rules)

    @property
    def rules_text(self) -> str:
        """The name rules as people write them, one a line."""
        return to_text(self.rules)


class Reference(AccountOwned):
    """`ref://name` → a truststore or a keystore. Re-pointing it is how a store is swapped."""

    name = models.CharField(max_length=200, validators=[store_name_validator])
    truststore = models.ForeignKey(
        Truststore, on_delete=models.PROTECT, null=True, blank=True, related_name="references"
    )
    keystore = models.ForeignKey(
        Keystore, on_delete=models.PROTECT, null=True, blank=True, related_name="references"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="reference_name_per_account"),
            models.CheckConstraint(
                condition=Q(truststore=None, keystore__isnull=False)
                | Q(truststore__isnull=False, keystore=None),
                name="reference_to_one_store",
            ),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return f"ref://{self.name}"

    @property
    def store(self) -> Truststore | Keystore:
        """What it points to."""
        return self.truststore or self.keystore


class Upload(AccountOwned):
    """What somebody sent at one time: files, the certificates in them, and the findings."""

    MOVES = lifecycle.UPLOAD_MOVES

    number = models.PositiveIntegerField()
    sender = models.CharField(max_length=200, help_text="who sent it, as the audit trail names them")
    status = models.CharField(
        max_length=20,
        choices=lifecycle.UploadStatus.choices,
        default=lifecycle.UploadStatus.RECEIVED,
        db_index=True,
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="upload_number_per_account")
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"U-{self.number}"


class UploadMove(Move):
    """History of an upload's status."""

    subject = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="moves")


class UploadFile(models.Model):
    """A file as it came. A file that holds a private key never becomes a row."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class Waiver(AccountOwned):
    """A needless refusal of one certificate that a person took upon themselves, until a moment.

    It counts until `until`, unless it is withdrawn before. Waiving anew ends the one before.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="waivers")
    code = models.CharField(max_length=40, help_text="the finding that it lifts")
    reason = models.CharField(max_length=500)
    until = models.DateTimeField(db_index=True, help_text="the last moment at which it counts")
    by = models.CharField(max_length=200, help_text="the person, as the audit trail names them")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.code} of {self.certificate}"

    @property
    def ended_at(self) -> datetime:
        """When it ends, or ended."""
        return self.withdrawn_at or self.until

    @property
    def state(self) -> str:
        """in force, withdrawn or ended."""
        if self.withdrawn_at:
            return "withdrawn"
        return "in force" if self.until >= timezone.now() else "ended"


class UploadedCertificate(models.Model):
    """A certificate of an upload and its place in the chain: issuers first, `depth` tells the indentation."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="certificates")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, help_text="leaf, intermediate or root")
    link = models.CharField(max_length=30, help_text="how it hangs on its issuer: sound, wrong_signature, …")
    parent = models.CharField(max_length=64, blank=True, help_text="fingerprint of its issuer in this upload")
    depth = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    suggested_role = models.CharField(
        max_length=20, blank=True, help_text="without a truststore in view; assignment knows better"
    )
    gateway_accepts = models.BooleanField(
        null=True, help_text="whether the gateway would let this client in once pinned; null for a CA"
    )
    gateway_says = models.TextField(blank=True, help_text="why, and what it would do by its issuers")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.certificate)


class Finding(models.Model):
    """What the judge says about an upload: a sentence a person can act on."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    sentence = models.TextField()
    remedy = models.TextField()
    fingerprint = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    file = models.CharField(max_length=200, blank=True, help_text="the file it is about, if no certificate")
    position = models.PositiveSmallIntegerField()
    waivable = models.BooleanField(default=False, help_text="an error that a person may waive")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"
