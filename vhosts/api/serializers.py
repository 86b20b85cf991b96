"""Shapes of hosts and host requests on the REST API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from common.api import Move, Strict

from ..lifecycle import Operation
from ..models import ClientAuth, HostRequest, Refusal, VirtualHost
from ..naming import dns_target


class HostOut(serializers.ModelSerializer):
    """A virtual host."""

    url = serializers.SerializerMethodField()
    trust = serializers.CharField(help_text="`name` or `ref://name` of the truststore; empty without one")
    truststore = serializers.SerializerMethodField(help_text="name of the truststore in force")
    custom_domain = serializers.BooleanField(source="is_custom", help_text="the alias is the full DNS name")
    keystore = serializers.CharField(
        source="key_name", help_text="`name` or `ref://name` of the keystore that it answers with"
    )
    key_alias = serializers.CharField(help_text="the key entry; empty: the newest of the default domain")
    dns_target = serializers.SerializerMethodField(
        help_text="where the CNAME of a custom domain must lead; null under the default domain"
    )

    class Meta:
        model = VirtualHost
        fields = (
            "uuid",
            "alias",
            "name",
            "url",
            "is_default",
            "client_auth",
            "refusal",
            "trust",
            "truststore",
            "custom_domain",
            "keystore",
            "key_alias",
            "dns_target",
            "description",
            "created_at",
        )
        read_only_fields = fields

    def get_url(self, host: VirtualHost) -> str:
        """Where callers reach it."""
        return f"https://{host.name}:{settings.GATEWAY_PORT}"

    def get_dns_target(self, host: VirtualHost) -> str | None:
        """For custom domains."""
        return dns_target(host.account) if host.is_custom else None

    def get_truststore(self, host: VirtualHost) -> str | None:
        """Through the reference where there is one."""
        return host.trusted.name if host.trusted else None


class RequestOut(serializers.ModelSerializer):
    """A host request and what became of it."""

    label = serializers.CharField(source="__str__", help_text="HR- and the number")
    host = serializers.UUIDField(source="host.uuid", allow_null=True, default=None)
    wish = serializers.DictField(help_text="what was asked for")

    class Meta:
        model = HostRequest
        fields = ("uuid", "label", "operation", "host", "wish", "status", "problem", "actor", "created_at")
        read_only_fields = fields


class RequestDetailOut(RequestOut):
    """A host request with its history."""

    moves = Move(many=True)

    class Meta(RequestOut.Meta):
        fields = (*RequestOut.Meta.fields, "moves")
        read_only_fields = fields


class RequestIn(Strict):
    """A wish to create, change or delete a host. What is left out stays as it is."""

    operation = serializers.ChoiceField(Operation.choices)
    host = serializers.UUIDField(required=False, help_text="UPDATE, DELETE: the host meant")
    alias = serializers.CharField(
        required=False,
        help_text="CREATE: needed. UPDATE: the new one. For a custom domain the full DNS name",
    )
    custom_domain = serializers.BooleanField(
        required=False, help_text="UPDATE: converts the host; it gets another alias with that"
    )
    keystore = serializers.CharField(
        required=False, help_text="of a custom domain: `name` or `ref://name` of a keystore"
    )
    key_alias = serializers.CharField(required=False, help_text="of a custom domain: the key entry")
    client_auth = serializers.ChoiceField(
        ClientAuth.choices,
        required=False,
        help_text="optional: who sends a certificate must be trusted; trial: nobody is refused, but noted",
    )
    refusal = serializers.ChoiceField(
        Refusal.choices,
        required=False,
        help_text="explain: HTTP 400 with a reason; handshake: a TLS alert, or 403 where TLS cannot tell",
    )
    trust = serializers.CharField(
        required=False,
        help_text="`name` or `ref://name` of a truststore; a host that is off needs client_auth with it",
    )
    description = serializers.CharField(required=False, allow_blank=True, max_length=500)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse combinations that would do something else than they seem to say."""
        creates = given["operation"] == Operation.CREATE
        if given["operation"] == Operation.DELETE:
            beside = dict.fromkeys(given.keys() - {"operation", "host"}, "DELETE takes the host alone.")
            if beside:
                raise serializers.ValidationError(beside, code="not_accepted")
        if creates and "alias" not in given:
            raise serializers.ValidationError({"alias": "A new host needs an alias."}, code="required")
        if creates and "host" in given:
            raise serializers.ValidationError(
                {"host": "A new host has no ID yet. Leave it out."}, code="not_accepted"
            )
        asks = given.get("client_auth")
        if "trust" in given and (asks == ClientAuth.OFF or (creates and asks is None)):
            sentence = (
                "A truststore is used only by a host that asks. Give client_auth as well, or leave trust out."
            )
            raise serializers.ValidationError({"trust": sentence}, code="not_accepted")
        return given
