"""Cells and nodes, deployments with the proof of each node, and what the gateway saw."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Account, AccountOwned
from certificates.models import Certificate, ServerKey
from common.models import Identified, Move
from vhosts.models import VirtualHost

from . import lifecycle


class Cell(Identified):
    """A pool of nodes that serves some accounts: those assigned to it, the default one all the rest."""

    DEFAULT = "default"

    name = models.CharField(max_length=63, unique=True)
    made_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def default(cls) -> Cell:
        """The cell of every account and node that was given no other."""
        return cls.objects.get_or_create(name=cls.DEFAULT)[0]

    @property
    def is_default(self) -> bool:
        """Whether it serves the accounts that no cell was assigned."""
        return self.name == self.DEFAULT


class CellAssignment(models.Model):
    """Which cell serves an account. While it moves, the cell that it is `leaving` serves it too."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="cell_assignment")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="assignments")
    leaving = models.ForeignKey(
        Cell, null=True, blank=True, on_delete=models.PROTECT, related_name="departures"
    )
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.account} in {self.cell}"


class Node(Identified):
    """An Envoy process with its agent. `wanted_version` is what it was given, `live_version` what it proved
    last. A `remote` one fetches over mutual TLS; the portal knows its certificate by the SHA-256.
    """

    name = models.CharField(max_length=100, unique=True)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="nodes")
    remote = models.BooleanField(
        default=False, help_text="enrolled with a token, speaks to the node endpoint"
    )
    address = models.CharField(
        max_length=100, default="127.0.0.1", help_text="where Envoy listens and is probed"
    )
    port = models.PositiveIntegerField()
    wanted_version = models.CharField(max_length=64, blank=True)
    live_version = models.CharField(max_length=64, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, help_text="why it does not serve what it was given")
    trouble_since = models.DateTimeField(null=True, blank=True)
    behind_since = models.DateTimeField(
        null=True, blank=True, help_text="when it was first given something that it has not proved"
    )
    envoy_ready = models.BooleanField(default=True, help_text="whether its agent could reach Envoy last")
    release = models.CharField(max_length=40, blank=True, help_text="of its agent, as it said last")
    form = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="of what it can be given: agent.release.FORM; empty: not heard yet"
    )
    other_release_since = models.DateTimeField(
        null=True, blank=True, help_text="when it was first heard with another form than the portal’s"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    next_sha256 = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="renewed, and not yet used by the node"
    )
    certificate_ends_at = models.DateTimeField(null=True, blank=True)
    denied_version = models.CharField(
        max_length=64, blank=True, help_text="of the list of denials that it was given"
    )
    denied_live = models.CharField(max_length=64, blank=True, help_text="the one that it has in force")
    denied_trouble = models.CharField(max_length=500, blank=True, help_text="why it is not in force")
    last_batch = models.CharField(
        max_length=64, blank=True, help_text="of counts; one that is sent again is not counted again"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A node that was given no cell joins the default one."""
        if self.cell_id is None:
            self.cell = Cell.default()
        super().save(*args, **kwargs)


class NodeEvent(models.Model):
    """History of a node. Every account that it serves reads it, so it names no account and no host."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=200)
    what = models.CharField(max_length=40)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.node}: {self.what}"


class NodeAuthority(models.Model):
    """The CA that signs the certificates of remote nodes, unless COUNTERSIGN_NODE_CA names another. One
    row."""

    certificate_pem = models.TextField()
    sealed_key = models.BinaryField(help_text="PKCS#8 PEM, sealed by common.secrets")

    def __str__(self) -> str:
        return "node CA"


class Deployment(AccountOwned):
    """One immutable gateway configuration of an account's hosts: what was compiled, and what became of it."""

    MOVES = lifecycle.DEPLOYMENT_MOVES

    number = models.PositiveIntegerField()
    status = models.CharField(
        max_length=20,
        choices=lifecycle.DeploymentStatus.choices,
        default=lifecycle.DeploymentStatus.PLANNED,
        db_index=True,
    )
    actor = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of everything that reaches Envoy")
    compiled = models.JSONField(null=True, help_text="translation.Compiled as JSON; holds no secret")
    changes = models.JSONField(default=list, help_text="against the live one: {subject, kind, reasons}")
    problem = models.TextField(blank=True)
    goes_back_to = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", help_text="of a rollback"
    )
    batch = models.OneToOneField(
        "RolloutBatch", on_delete=models.RESTRICT, null=True, blank=True, related_name="deployment"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="deployment_number_per_account")
        ]

    def __str__(self) -> str:
        return f"deployment {self.number}"

    @property
    def is_of_today(self) -> bool:
        """Whether it is the account as it was when planned; a rollback and a batch are not, on purpose."""
        return self.goes_back_to_id is None and self.batch_id is None

    @property
    def is_on_canary(self) -> bool:
        """Whether only the canary's nodes are to take it so far."""
        canary = getattr(self, "canary", None)
        return canary is not None and canary.went_on_at is None


class DeploymentMove(Move):
    """History of a deployment's status."""

    subject = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="moves")


class Schedule(models.Model):
    """When a deployment starts by itself, and what the person who said so had seen.

    `confirmed`: the impact as `impact.Impact.marks` gives it; a start that would be worse does not happen.
    `canary`: uuid and name of each node that takes it first; none: every node does. `minutes` as in Canary.
    """

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="schedule")
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=200)
    confirmed = models.JSONField(default=dict)
    canary = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.deployment} at {self.at:%Y-%m-%d %H:%M} UTC"

    @property
    def nodes(self) -> list[str]:
        """Names of the nodes that take it first, as they were when it was scheduled."""
        return [node["name"] for node in self.canary]


class Canary(models.Model):
    """That a deployment goes to some nodes first: those that have a proof row of it before `went_on_at`.

    `before`: calls that the gateway had logged when it started, {host uuid: {node name: [served, refused]}}.
    """

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="canary")
    nodes = models.JSONField(help_text="names of the nodes that take it first")
    minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="goes on by itself after so long without rising refusals"
    )
    before = models.JSONField(default=dict)
    proven_at = models.DateTimeField(null=True, blank=True)
    went_on_at = models.DateTimeField(null=True, blank=True)
    held = models.TextField(blank=True, help_text="why it did not go on by itself")

    def __str__(self) -> str:
        return f"{self.deployment} on {', '.join(self.nodes)}"


class DeployedKey(models.Model):
    """A server key that a deployment needs:
    keeps it from being deleted as long as one may roll back to it.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="keys")
    key = models.ForeignKey(ServerKey, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.file


class DeployedHost(models.Model):
    """A name that a deployment brings to the gateway: two accounts must not both serve it."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="hosts")
    name = models.CharField(max_length=253, db_index=True)

    def __str__(self) -> str:
        return self.name


class Proof(models.Model):
    """What one node proved of one deployment. `probes`:
    host, what, expected, status, milliseconds, ok, reason.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="proofs")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="proofs")
    version = models.CharField(max_length=64, db_index=True, help_text="of the node's whole configuration")
    status = models.CharField(
        max_length=20, choices=lifecycle.ProofStatus.choices, default=lifecycle.ProofStatus.WAITING
    )
    acknowledged_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    probes = models.JSONField(default=list)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["node__name"]
        constraints = [models.UniqueConstraint(fields=["deployment", "node"], name="one_proof_per_node")]

    def __str__(self) -> str:
        return f"{self.node}: {self.status}"


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
