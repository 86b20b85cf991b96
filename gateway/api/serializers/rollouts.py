"""Rollouts and their batches."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Move, Strict

from ... import rollouts, selectors
from ...models import Rollout, RolloutBatch


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
