"""Shapes of API proxies and products on the REST API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Strict

from ..models import Product, Proxy

PROXY_STATES = ("not deployed", "deployed", "needs redeploy")
PRODUCT_STATES = ("draft", "published", "needs republish")


class NamedOut(serializers.Serializer):
    """Something with a name."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class ProxyOut(serializers.ModelSerializer):
    """An API proxy. `state` and `reasons` are derived from what the gateway serves."""

    hosts = serializers.SerializerMethodField()
    products = NamedOut(many=True)
    state = serializers.ChoiceField(PROXY_STATES)
    reasons = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Proxy
        fields = (
            "uuid",
            "name",
            "base_path",
            "target_url",
            "description",
            "hosts",
            "products",
            "state",
            "reasons",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(NamedOut(many=True))
    def get_hosts(self, proxy: Proxy) -> list[dict[str, str]]:
        """From the placements, which lists have read already."""
        return NamedOut([placement.host for placement in proxy.placements.all()], many=True).data


class ProxyIn(Strict):
    """An API proxy to create or change."""

    name = serializers.CharField(max_length=100)
    base_path = serializers.CharField(max_length=200)
    hosts = serializers.ListField(child=serializers.UUIDField(), help_text="uuids of hosts")
    target_url = serializers.CharField(max_length=500)
    description = serializers.CharField(required=False, default="", allow_blank=True)


class ProxyPatchIn(ProxyIn):
    """What of an API proxy shall change."""

    name = serializers.CharField(max_length=100, required=False)
    base_path = serializers.CharField(max_length=200, required=False)
    hosts = serializers.ListField(child=serializers.UUIDField(), required=False, help_text="uuids of hosts")
    target_url = serializers.CharField(max_length=500, required=False)
    description = serializers.CharField(required=False, allow_blank=True)


class ReleasedProxyOut(NamedOut):
    """A proxy of a product."""

    state = serializers.ChoiceField(PROXY_STATES)


class ProductOut(serializers.ModelSerializer):
    """A product. `state` and `reasons` are derived: what consumers see against what is deployed."""

    proxies = ReleasedProxyOut(many=True)
    state = serializers.ChoiceField(PRODUCT_STATES)
    reasons = serializers.ListField(child=serializers.CharField())
    release = serializers.IntegerField(
        source="current.number", allow_null=True, default=None, help_text="number of the published release"
    )

    class Meta:
        model = Product
        fields = (
            "uuid",
            "name",
            "title",
            "description",
            "proxies",
            "state",
            "reasons",
            "release",
            "created_at",
        )
        read_only_fields = fields


class ProductIn(Strict):
    """A product to create."""

    name = serializers.SlugField(max_length=100)
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, default="", allow_blank=True)
    proxies = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class ProductPatchIn(Strict):
    """What of a product shall change."""

    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    proxies = serializers.ListField(child=serializers.UUIDField(), required=False)
