"""Shapes of incidents on the REST API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from certificates.api.serializers import UploadIn
from certificates.pki.roles import Role
from certificates.standing import listed
from common.api import Strict

from .. import evidence
from ..lifecycle import TURN, IncidentStatus
from ..models import QUEUE, Event, Incident, SecureLink


class TurnOut(serializers.Serializer):
    """Whose turn it is, and what to do."""

    whose = serializers.ChoiceField(("partner", "us", "done", "none"))
    text = serializers.CharField()


class IncidentHostOut(serializers.Serializer):
    """The host that the incident is about."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    client_auth = serializers.CharField()


class IncidentOut(serializers.ModelSerializer):
    """An incident as lists show it."""

    label = serializers.CharField(source="__str__", help_text="INC- and the number")
    host = IncidentHostOut()
    account_id = serializers.CharField(source="account_ref")
    turn = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = (
            "uuid",
            "label",
            "component",
            "host",
            "host_alias",
            "subdomain",
            "account_id",
            "two_way_ssl",
            "email",
            "partner",
            "description",
            "raised_by",
            "status",
            "turn",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields

    @extend_schema_field(TurnOut)
    def get_turn(self, incident: Incident) -> dict[str, str]:
        """From the status."""
        whose, text = TURN[incident.status]
        return {"whose": whose, "text": text}


class EventOut(serializers.ModelSerializer):
    """One line of the timeline."""

    upload = serializers.UUIDField(source="upload.uuid", allow_null=True, default=None)

    class Meta:
        model = Event
        fields = ("at", "actor", "kind", "text", "internal", "upload")
        read_only_fields = fields


class FactOut(serializers.Serializer):
    """One piece of evidence."""

    title = serializers.CharField()
    text = serializers.CharField()
    seen = serializers.BooleanField()
    at = serializers.DateTimeField(allow_null=True)


class IncidentUploadOut(serializers.Serializer):
    """An upload of the incident."""

    uuid = serializers.UUIDField(source="upload.uuid")
    label = serializers.CharField(source="upload.__str__")
    status = serializers.CharField(source="upload.status")
    accepted = serializers.BooleanField(source="standing.accepted", allow_null=True)
    created_at = serializers.DateTimeField(source="upload.created_at")


class LinkOut(serializers.ModelSerializer):
    """A secure link, without its token: that is in the mail and nowhere else."""

    state = serializers.ChoiceField(("open", "used", "revoked", "expired"))

    class Meta:
        model = SecureLink
        fields = ("uuid", "email", "state", "created_at", "expires_at", "opened", "used_at", "revoked_at")
        read_only_fields = fields


class ImportedOut(serializers.Serializer):
    """The truststore version that the incident brought."""

    truststore = serializers.CharField(source="truststore.name")
    number = serializers.IntegerField()


class IncidentDetailOut(IncidentOut):
    """An incident with its timeline, evidence, uploads and links."""

    version = ImportedOut(allow_null=True)
    timeline = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    uploads = serializers.SerializerMethodField()
    links = LinkOut(many=True)

    class Meta(IncidentOut.Meta):
        fields = (*IncidentOut.Meta.fields, "version", "timeline", "evidence", "uploads", "links")
        read_only_fields = fields

    @extend_schema_field(EventOut(many=True))
    def get_timeline(self, incident: Incident) -> list[dict[str, Any]]:
        """Newest first."""
        return EventOut(incident.events.select_related("upload"), many=True).data

    @extend_schema_field(FactOut(many=True))
    def get_evidence(self, incident: Incident) -> list[dict[str, Any]]:
        """As frozen when the incident closed, else as it stands now."""
        if incident.status == IncidentStatus.CLOSED:
            return incident.evidence
        return FactOut([asdict(fact) for fact in evidence.collect(incident)], many=True).data

    @extend_schema_field(IncidentUploadOut(many=True))
    def get_uploads(self, incident: Incident) -> list[dict[str, Any]]:
        """Newest first."""
        uploads = [row.upload for row in incident.uploads.select_related("upload")]
        return IncidentUploadOut(listed(uploads, timezone.now()), many=True).data


class IncidentIn(Strict):
    """What the queue asks for."""

    host_alias = serializers.CharField(max_length=253)
    subdomain = serializers.CharField(max_length=63)
    account_id = serializers.CharField(max_length=36, help_text="the account's uuid, as GET /account/ tells")
    email = serializers.EmailField(help_text="where the secure link goes")
    partner = serializers.CharField(max_length=200)
    two_way_ssl = serializers.CharField(max_length=10, required=False, default="Enabled")
    component = serializers.CharField(max_length=30, required=False, default=QUEUE)
    description = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)


class CommentIn(Strict):
    """Something to say."""

    text = serializers.CharField(max_length=4000)
    internal = serializers.BooleanField(required=False, default=False, help_text="only for the queue")


class AskIn(Strict):
    """What the partner shall send or explain."""

    text = serializers.CharField(max_length=4000)


class PartnerUploadIn(UploadIn):
    """Certificates of the partner, with a message."""

    message = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class AcceptIn(Strict):
    """Which certificates of which upload enter which truststore, and in which roles."""

    upload = serializers.UUIDField()
    truststore = serializers.CharField(max_length=200, help_text="name of an existing truststore")
    roles = serializers.DictField(
        child=serializers.ChoiceField([role.value for role in Role]),
        allow_empty=False,
        help_text="fingerprint → role; what is not named is not imported",
    )


class WithdrawIn(Strict):
    """Why the incident ends without evidence."""

    reason = serializers.CharField(max_length=500)
