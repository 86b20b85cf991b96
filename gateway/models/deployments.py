"""Deployments: what is frozen, when it starts, on which nodes first, and what each node says of it."""

from __future__ import annotations

from django.db import models

from accounts.models import AccountOwned
from certificates.models import ServerKey
from common.models import Move

from .. import lifecycle
from .nodes import Node


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
