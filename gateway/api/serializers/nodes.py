"""Nodes and cells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ... import selectors
from ...cells import account_counts
from ...models import Node, NodeEvent, Proof
from ...node_health import STATUSES, health_of


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
