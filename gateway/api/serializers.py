"""Shapes of deployments and nodes on the REST API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Move, Strict

from .. import selectors
from ..models import Deployment, Node, Proof


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


class DeploymentDetailOut(serializers.ModelSerializer):
    """A deployment with what it changes, each node's proof, and its history."""

    changes = ChangeOut(many=True)
    proofs = serializers.SerializerMethodField()
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
            "changes",
            "proofs",
            "moves",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields

    @extend_schema_field(ProofOut(many=True))
    def get_proofs(self, deployment: Deployment) -> list[dict[str, Any]]:
        """By the node's name."""
        return ProofOut(selectors.proofs_of(deployment), many=True).data


class DeploymentIn(Strict):
    """A deployment to plan."""

    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class NodeOut(serializers.ModelSerializer):
    """A gateway node. Nodes serve every account, so nothing is told of what they serve or report of
    others.
    """

    in_step = serializers.SerializerMethodField()
    in_trouble = serializers.SerializerMethodField()

    class Meta:
        model = Node
        fields = ("uuid", "name", "address", "port", "in_step", "in_trouble", "last_seen")
        read_only_fields = fields

    def get_in_step(self, node: Node) -> bool:
        """Whether it serves what it was given."""
        return bool(node.wanted_version) and node.wanted_version == node.live_version

    def get_in_trouble(self, node: Node) -> bool:
        """Whether it could not take what it was given."""
        return bool(node.trouble)
