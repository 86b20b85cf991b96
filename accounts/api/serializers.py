"""Shapes of accounts, people, service keys and the audit trail on the REST API."""

from __future__ import annotations

from rest_framework import serializers

from common.api import Strict

from ..models import Account, AuditEntry, Member, ServiceKey, SeverityProfile
from ..permissions import SCOPES, Role


class AccountOut(serializers.ModelSerializer):
    """The account of the actor."""

    class Meta:
        model = Account
        fields = ("uuid", "name", "subdomain", "region", "gateway_domain", "severity_profile", "host_quota")
        read_only_fields = fields


class AccountIn(Strict):
    """What may be changed of an account."""

    severity_profile = serializers.ChoiceField(SeverityProfile.choices)


class ActorOut(serializers.Serializer):
    """Who acts, and what they may do."""

    account = AccountOut()
    label = serializers.CharField(help_text="as the audit trail names the actor")
    role = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class MemberOut(serializers.ModelSerializer):
    """A person in the account."""

    email = serializers.EmailField(source="user.email")
    full_name = serializers.CharField(source="user.full_name")

    class Meta:
        model = Member
        fields = ("uuid", "email", "full_name", "role", "created_at")
        read_only_fields = fields


class MemberIn(Strict):
    """A person to add."""

    email = serializers.EmailField()
    full_name = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)
    role = serializers.ChoiceField(Role.choices)


class RoleIn(Strict):
    """Another role for a person."""

    role = serializers.ChoiceField(Role.choices)


class ServiceKeyOut(serializers.ModelSerializer):
    """A service key, without its secret."""

    scopes = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(("active", "revoked"))
    created_at = serializers.DateTimeField(source="created")

    class Meta:
        model = ServiceKey
        fields = ("uuid", "name", "client_id", "scopes", "status", "created_at", "revoked_at")
        read_only_fields = fields


class NewServiceKeyOut(ServiceKeyOut):
    """A service key just made: the only answer that holds its secret."""

    client_secret = serializers.CharField(help_text="shown this once; the portal keeps only a hash")
    token_url = serializers.CharField()

    class Meta(ServiceKeyOut.Meta):
        fields = (*ServiceKeyOut.Meta.fields, "client_secret", "token_url")
        read_only_fields = fields


class ServiceKeyIn(Strict):
    """A service key to make."""

    name = serializers.CharField(max_length=255)
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)), allow_empty=False)


class AuditOut(serializers.ModelSerializer):
    """Who did what, when."""

    class Meta:
        model = AuditEntry
        fields = ("at", "actor", "action", "subject", "subject_uuid", "details", "request_id")
        read_only_fields = fields
