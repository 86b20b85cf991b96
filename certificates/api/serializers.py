"""Shapes of truststores, references and uploads on the REST API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Strict

from .. import selectors
from ..models import (
    Certificate,
    Entry,
    Finding,
    Reference,
    Truststore,
    TruststoreVersion,
    Upload,
    UploadedCertificate,
)
from ..pki.roles import Role
from ..pki.san_rules import MATCHES
from ..pki.san_rules import MOST as MOST_RULES
from ..pki.san_rules import rule as san_rule

_ROLES = [role.value for role in Role]
_FACTS = ("subject", "issuer", "common_name", "serial", "key", "is_ca", "not_before", "not_after")


class CertificateOut(serializers.ModelSerializer):
    """What a certificate says."""

    class Meta:
        model = Certificate
        fields = ("fingerprint", *_FACTS)
        read_only_fields = fields


class SanRuleField(Strict):
    """A name that clients of an anchor may have."""

    kind = serializers.ChoiceField(list(MATCHES))
    match = serializers.ChoiceField(
        ("exact", "suffix", "prefix"), help_text="suffix: of dns and email; prefix: of uri; ip: exact only"
    )
    value = serializers.CharField(max_length=500)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """In its one spelling."""
        try:
            return san_rule(given["kind"], given["match"], given["value"]).to_plain()
        except ValueError as error:
            raise serializers.ValidationError({"value": str(error)}, code="rule_invalid") from error


class EntryOut(serializers.ModelSerializer):
    """A certificate in a truststore version, in its role."""

    certificate = CertificateOut()
    role = serializers.ChoiceField(_ROLES)
    san_rules = SanRuleField(many=True, help_text="of an anchor: its clients need a name that one allows")

    class Meta:
        model = Entry
        fields = ("uuid", "alias", "role", "san_rules", "certificate")
        read_only_fields = fields


class TruststoreOut(serializers.ModelSerializer):
    """A truststore as lists show it."""

    version = serializers.IntegerField(source="current.number", help_text="number of the current version")
    entry_count = serializers.IntegerField()

    class Meta:
        model = Truststore
        fields = ("uuid", "name", "description", "version", "entry_count", "created_at")
        read_only_fields = fields


class TruststoreDetailOut(serializers.ModelSerializer):
    """A truststore with the entries of its current version."""

    version = serializers.IntegerField(source="current.number", help_text="number of the current version")
    entries = serializers.SerializerMethodField()
    references = serializers.SerializerMethodField(help_text="each `ref://name` that points here")

    class Meta:
        model = Truststore
        fields = ("uuid", "name", "description", "version", "entries", "references", "created_at")
        read_only_fields = fields

    @extend_schema_field(EntryOut(many=True))
    def get_entries(self, store: Truststore) -> list[dict[str, Any]]:
        """Of the current version."""
        return EntryOut(selectors.entries_of(store), many=True).data

    def get_references(self, store: Truststore) -> list[str]:
        """By name."""
        return [str(reference) for reference in store.references.all()]


class TruststoreIn(Strict):
    """A truststore to create, empty."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class VersionOut(serializers.ModelSerializer):
    """A version of a truststore."""

    entry_count = serializers.IntegerField()
    is_current = serializers.BooleanField()

    class Meta:
        model = TruststoreVersion
        fields = ("uuid", "number", "created_by", "note", "created_at", "entry_count", "is_current")
        read_only_fields = fields


class EntryIn(Strict):
    """A certificate for a truststore: as PEM, or by the fingerprint of one that the account knows."""

    pem = serializers.CharField(required=False, max_length=100_000)
    fingerprint = serializers.RegexField("^[0-9A-Fa-f]{64}$", required=False, help_text="SHA-256 of the DER")
    role = serializers.ChoiceField(_ROLES)
    alias = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    san_rules = SanRuleField(
        many=True,
        required=False,
        max_length=MOST_RULES,
        help_text="of an anchor: its clients need a name that one of these allows; empty: everyone it issued "
        "for; left out: as in the version in force",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way of naming the certificate."""
        if ("pem" in given) == ("fingerprint" in given):
            raise serializers.ValidationError(
                {"pem": "Give either pem or fingerprint."}, code="one_certificate"
            )
        return given


class VersionIn(Strict):
    """Entries for a new version, which becomes current at once."""

    entries = EntryIn(many=True, allow_empty=False)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    keep = serializers.BooleanField(
        required=False, default=True, help_text="true: beside the entries there are; false: in their place"
    )


class PointedOut(serializers.Serializer):
    """What a reference points to."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class ReferenceOut(serializers.ModelSerializer):
    """A reference."""

    ref = serializers.CharField(source="__str__", help_text="`ref://` and the name")
    truststore = PointedOut(allow_null=True)
    keystore = PointedOut(allow_null=True)

    class Meta:
        model = Reference
        fields = ("uuid", "name", "ref", "truststore", "keystore", "created_at")
        read_only_fields = fields


class RepointIn(Strict):
    """Where a reference shall point: to a truststore, or to a keystore."""

    truststore = serializers.CharField(max_length=200, required=False, help_text="name of a truststore")
    keystore = serializers.CharField(max_length=200, required=False, help_text="name of a keystore")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if ("truststore" in given) == ("keystore" in given):
            sentence = "Give either the name of a truststore or that of a keystore."
            raise serializers.ValidationError({"truststore": sentence}, code="one_store")
        return given


class ReferenceIn(RepointIn):
    """A reference to create."""

    name = serializers.CharField(max_length=200)


class UploadOut(serializers.ModelSerializer):
    """An upload as lists show it."""

    label = serializers.CharField(source="__str__", help_text="U- and the number")
    certificate_count = serializers.IntegerField()
    error_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()

    class Meta:
        model = Upload
        fields = (
            "uuid",
            "label",
            "sender",
            "status",
            "accepted",
            "certificate_count",
            "error_count",
            "warning_count",
            "created_at",
        )
        read_only_fields = fields


class FindingOut(serializers.ModelSerializer):
    """A sentence a person can act on."""

    severity = serializers.ChoiceField(("error", "warning", "remark"))

    class Meta:
        model = Finding
        fields = ("code", "severity", "sentence", "remedy", "fingerprint", "subject")
        read_only_fields = fields


class UploadedOut(serializers.ModelSerializer):
    """A certificate of an upload and its place in the tree:
    issuers first, `parent` is the issuer's fingerprint.
    """

    certificate = CertificateOut()
    kind = serializers.ChoiceField(("leaf", "intermediate", "root"))

    class Meta:
        model = UploadedCertificate
        fields = ("kind", "link", "parent", "depth", "suggested_role", "certificate")
        read_only_fields = fields


class UploadDetailOut(serializers.ModelSerializer):
    """An upload with the tree of its certificates and the findings."""

    label = serializers.CharField(source="__str__", help_text="U- and the number")
    files = serializers.SerializerMethodField(help_text="names as they were sent")
    certificates = serializers.SerializerMethodField()
    findings = FindingOut(many=True)

    class Meta:
        model = Upload
        fields = (
            "uuid",
            "label",
            "sender",
            "status",
            "accepted",
            "files",
            "certificates",
            "findings",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(UploadedOut(many=True))
    def get_certificates(self, upload: Upload) -> list[dict[str, Any]]:
        """Issuers before what they issued."""
        return UploadedOut(upload.certificates.select_related("certificate"), many=True).data

    def get_files(self, upload: Upload) -> list[str]:
        """The contents stay where they are."""
        return list(upload.files.values_list("name", flat=True))


class UploadIn(Strict):
    """Files as multipart/form-data: ten at most, 1 MB each, and never a private key."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True))
