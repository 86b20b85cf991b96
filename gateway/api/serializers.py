"""Shapes of deployments and nodes on the REST API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Move, Strict

from .. import canaries, rollouts, selectors
from ..cells import account_counts
from ..lifecycle import DeploymentStatus
from ..models import Canary, Deployment, Node, NodeEvent, Proof, Rollout, RolloutBatch, Schedule
from ..node_health import STATUSES, health_of


class DeploymentOut(serializers.ModelSerializer):
    """A deployment as lists show it."""

    node_count = serializers.IntegerField()
    proven_count = serializers.IntegerField(help_text="nodes that proved it with real handshakes")

    class Meta:
        model = Deployment
        fields = (
            "uuid",
            "number",
            "status",
            "actor",
            "note",
            "problem",
            "node_count",
            "proven_count",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields


class ChangeOut(serializers.Serializer):
    """What a deployment changes for people."""

    what = serializers.ChoiceField(("host", "proxy"))
    uuid = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(
        ("new", "changed", "removed", "kept"),
        help_text="kept: a host that cannot be served as it is set now and keeps what is live",
    )
    reasons = serializers.ListField(child=serializers.CharField())


class ProofOut(serializers.ModelSerializer):
    """What one node proved."""

    node = serializers.CharField(source="node.name")
    probes = serializers.ListField(
        child=serializers.DictField(), help_text="handshakes on this account's hosts"
    )

    class Meta:
        model = Proof
        fields = ("node", "status", "version", "acknowledged_at", "proven_at", "probes", "reason")
        read_only_fields = fields


class ProblemOut(serializers.Serializer):
    """Something that could not be rendered as asked, and what the gateway does instead."""

    code = serializers.CharField()
    host = serializers.CharField(help_text="empty when it is about no single host")
    subject = serializers.CharField(help_text="the certificate, truststore, keystore or proxy")
    sentence = serializers.CharField()
    remedy = serializers.CharField()
    effect = serializers.CharField(help_text="what the gateway does meanwhile")


class ScheduleOut(serializers.ModelSerializer):
    """When it starts by itself, where, and who said so."""

    nodes = serializers.ListField(
        child=serializers.CharField(),
        help_text="names of those that take it first; none: every node takes it",
    )

    class Meta:
        model = Schedule
        fields = ("at", "actor", "nodes", "minutes")
        read_only_fields = fields


class SeenOut(serializers.Serializer):
    """Calls on one host: on every node before, and since then on the canary's nodes and on the others."""

    host = serializers.CharField()
    before = serializers.DictField(child=serializers.IntegerField(), help_text="served, refused")
    since = serializers.DictField(child=serializers.IntegerField(), help_text="served, refused")
    others = serializers.DictField(child=serializers.IntegerField(), help_text="served, refused")
    rises = serializers.BooleanField(help_text="more of the calls are refused than before")


class CanaryOut(serializers.ModelSerializer):
    """The nodes that took it first, and what they saw since."""

    seen = serializers.SerializerMethodField()

    class Meta:
        model = Canary
        fields = ("nodes", "minutes", "proven_at", "went_on_at", "held", "seen")
        read_only_fields = fields

    @extend_schema_field(SeenOut(many=True))
    def get_seen(self, canary: Canary) -> list[dict[str, Any]]:
        """Only while somebody has to decide."""
        if canary.deployment.status != DeploymentStatus.CANARY:
            return []
        return [asdict(row) | {"rises": row.rises} for row in canaries.seen_since(canary)]


class DeploymentDetailOut(serializers.ModelSerializer):
    """A deployment with what it changes, each node's proof, and its history."""

    changes = ChangeOut(many=True)
    problems = serializers.SerializerMethodField()
    proofs = serializers.SerializerMethodField()
    schedule = ScheduleOut(allow_null=True, default=None)
    canary = CanaryOut(allow_null=True, default=None)
    goes_back_to = serializers.IntegerField(
        source="goes_back_to.number", allow_null=True, default=None, help_text="number of the earlier one"
    )
    rollout = serializers.UUIDField(
        source="batch.rollout.uuid", allow_null=True, default=None, help_text="that it is a batch of"
    )
    moves = Move(many=True)

    class Meta:
        model = Deployment
        fields = (
            "uuid",
            "number",
            "status",
            "actor",
            "note",
            "digest",
            "problem",
            "problems",
            "changes",
            "proofs",
            "schedule",
            "canary",
            "goes_back_to",
            "rollout",
            "moves",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields

    @extend_schema_field(ProblemOut(many=True))
    def get_problems(self, deployment: Deployment) -> list[dict[str, Any]]:
        """Host, certificate and remedy of each. What was live before stays where the host is left out."""
        return (deployment.compiled or {}).get("problems", [])

    @extend_schema_field(ProofOut(many=True))
    def get_proofs(self, deployment: Deployment) -> list[dict[str, Any]]:
        """By the node's name."""
        return ProofOut(selectors.proofs_of(deployment), many=True).data


class DeploymentIn(Strict):
    """A deployment to plan."""

    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class DeployIn(Strict):
    """How to start a deployment: now or at a time, on every node (nothing given) or on some nodes first."""

    at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    canary = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, help_text="nodes that take it first"
    )
    continue_after_minutes = serializers.IntegerField(
        required=False,
        default=None,
        allow_null=True,
        help_text="a canary goes on by itself after so long without rising refusals",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What belongs to a canary needs one."""
        if given["continue_after_minutes"] is not None and not given["canary"]:
            raise serializers.ValidationError(
                {"continue_after_minutes": ["Only a canary goes on. Name its nodes in canary."]}
            )
        return given


class DiffOut(serializers.Serializer):
    """What changes for Envoy on one host, as a unified diff; it holds no secret."""

    host = serializers.CharField()
    diff = serializers.CharField()


class RolloutOut(serializers.ModelSerializer):
    """A redeploy in batches as lists show it."""

    batch_count = serializers.IntegerField()
    done_count = serializers.IntegerField(help_text="batches that are live and proven")

    class Meta:
        model = Rollout
        fields = (
            "uuid",
            "number",
            "status",
            "actor",
            "problem",
            "batch_count",
            "done_count",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields


class BatchOut(serializers.ModelSerializer):
    """Hosts that go live together."""

    hosts = serializers.SerializerMethodField()
    deployment = serializers.UUIDField(source="deployment.uuid", allow_null=True, default=None)

    class Meta:
        model = RolloutBatch
        fields = ("number", "status", "hosts", "deployment")
        read_only_fields = fields

    def get_hosts(self, batch: RolloutBatch) -> list[str]:
        """Their names."""
        return [host["name"] for host in batch.hosts]


class RolloutDetailOut(serializers.ModelSerializer):
    """A redeploy in batches: where each stands, and what remains."""

    batches = serializers.SerializerMethodField()
    remaining = serializers.SerializerMethodField()
    to_republish = serializers.SerializerMethodField()
    moves = Move(many=True)

    class Meta:
        model = Rollout
        fields = (
            "uuid",
            "number",
            "status",
            "actor",
            "problem",
            "batches",
            "remaining",
            "to_republish",
            "moves",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields

    @extend_schema_field(BatchOut(many=True))
    def get_batches(self, rollout: Rollout) -> list[dict[str, Any]]:
        """In their order."""
        return BatchOut(selectors.batches_of(rollout), many=True).data

    def get_remaining(self, rollout: Rollout) -> list[str]:
        """Hosts that it has not brought to the gateway."""
        return rollouts.remaining(rollout)

    def get_to_republish(self, rollout: Rollout) -> list[str]:
        """Products that need another release now."""
        return [product.title for product in rollouts.to_republish(rollout)]


class RolloutIn(Strict):
    """Which flagged proxies to redeploy, in which order, how many hosts at a time."""

    proxies = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=None, allow_null=True, help_text="none: all"
    )
    by = serializers.ChoiceField(
        ("host", "name", "given"), required=False, default="host", help_text="given: as proxies lists them"
    )
    size = serializers.IntegerField(required=False, default=10, help_text="hosts in a batch")


class RepublishedOut(serializers.Serializer):
    """What came of it."""

    published = serializers.ListField(child=serializers.CharField())
    refused = serializers.DictField(child=serializers.CharField(), help_text="title: why")


class NodeOut(serializers.ModelSerializer):
    """A gateway node. It serves several accounts, so nothing is told of what it serves or reports of
    others.
    """

    cell = serializers.CharField(source="cell.name", help_text="the pool of nodes that it belongs to")
    status = serializers.SerializerMethodField()
    since = serializers.SerializerMethodField(help_text="when that began, where it is known")
    why = serializers.SerializerMethodField()
    in_step = serializers.SerializerMethodField()
    in_trouble = serializers.SerializerMethodField()
    certificate_ends_at = serializers.DateTimeField(
        help_text="of a remote node, which renews it by itself when two thirds of its life are over"
    )

    class Meta:
        model = Node
        fields = (
            "uuid",
            "name",
            "cell",
            "remote",
            "address",
            "port",
            "status",
            "since",
            "why",
            "in_step",
            "in_trouble",
            "release",
            "last_seen",
            "certificate_ends_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(STATUSES))
    def get_status(self, node: Node) -> str:
        """How it is."""
        return health_of(node).status

    def get_since(self, node: Node) -> datetime | None:
        """Since when it is not well."""
        return health_of(node).since

    def get_why(self, node: Node) -> str:
        """A sentence, or nothing."""
        return health_of(node).why

    def get_in_step(self, node: Node) -> bool:
        """Whether it serves what it was given."""
        return bool(node.wanted_version) and node.wanted_version == node.live_version

    def get_in_trouble(self, node: Node) -> bool:
        """Whether it could not take what it was given."""
        return bool(node.trouble)


class NodeEventOut(serializers.ModelSerializer):
    """What happened to a node."""

    class Meta:
        model = NodeEvent
        fields = ("at", "actor", "what", "text")
        read_only_fields = fields


class NodeProofOut(serializers.ModelSerializer):
    """What the node proved of one of the account's deployments."""

    deployment = serializers.UUIDField(source="deployment.uuid")
    number = serializers.IntegerField(source="deployment.number")

    class Meta:
        model = Proof
        fields = ("deployment", "number", "status", "acknowledged_at", "proven_at", "reason")
        read_only_fields = fields


class NodeDetailOut(NodeOut):
    """A node with the versions of its whole configuration, its history, and what it proved of the account's
    deployments, the latest of each."""

    accounts = serializers.SerializerMethodField()
    proofs = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()

    class Meta(NodeOut.Meta):
        fields = (*NodeOut.Meta.fields, "wanted_version", "live_version", "accounts", "proofs", "events")
        read_only_fields = fields

    def get_accounts(self, node: Node) -> int:
        """How many accounts its cell serves."""
        return account_counts().get(node.cell_id, 0)

    @extend_schema_field(NodeProofOut(many=True))
    def get_proofs(self, node: Node) -> list[dict[str, Any]]:
        """Newest first."""
        return NodeProofOut(selectors.proofs_on(node, self.context["account"]), many=True).data

    @extend_schema_field(NodeEventOut(many=True))
    def get_events(self, node: Node) -> list[dict[str, Any]]:
        """Newest first."""
        return NodeEventOut(selectors.history_of(node), many=True).data


class CellOut(serializers.Serializer):
    """Which cell serves the account's hosts."""

    name = serializers.CharField()
    leaving = serializers.CharField(
        allow_null=True, help_text="the cell that goes on serving until every node of the new one proved it"
    )
    nodes = serializers.ListField(child=serializers.CharField(), help_text="names; of both while it moves")
