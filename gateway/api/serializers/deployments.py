"""Deployments, what they change, and how they start."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Move, Strict

from ... import canaries, selectors
from ...lifecycle import DeploymentStatus
from ...models import Canary, Deployment, Proof, Schedule


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
