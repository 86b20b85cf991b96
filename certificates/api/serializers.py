"""Shapes of truststores, references and uploads on the REST API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import Strict

from .. import selectors
from ..lifecycle import UploadStatus
from ..models import (
    Certificate,
    Entry,
    Finding,
    Reference,
    Truststore,
    TruststoreVersion,
    Upload,
    UploadedCertificate,
    Waiver,
)
from ..pki.roles import Role
from ..pki.san_rules import MATCHES
from ..pki.san_rules import MOST as MOST_RULES
from ..pki.san_rules import rule as san_rule
from ..reports import Report, report_of, rule_behind

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


class UploadOut(serializers.Serializer):
    """An upload as lists show it. Verdict and counts are of today, with the waivers in force; null and 0
    until it is judged.
    """

    uuid = serializers.UUIDField(source="upload.uuid")
    label = serializers.CharField(source="upload.__str__", help_text="U- and the number")
    sender = serializers.CharField(
        source="upload.sender", help_text="who sent it, as the audit trail names them"
    )
    status = serializers.ChoiceField(UploadStatus.choices, source="upload.status")
    accepted = serializers.BooleanField(source="standing.accepted", allow_null=True)
    certificate_count = serializers.IntegerField(source="standing.certificates")
    error_count = serializers.IntegerField(source="standing.errors", help_text="those that no waiver lifts")
    waived_count = serializers.IntegerField(source="standing.waived", help_text="errors that a waiver lifts")
    warning_count = serializers.IntegerField(source="standing.warnings")
    created_at = serializers.DateTimeField(source="upload.created_at")


class FindingOut(serializers.ModelSerializer):
    """A sentence a person can act on."""

    severity = serializers.ChoiceField(("error", "warning", "remark"))

    class Meta:
        model = Finding
        fields = ("code", "severity", "sentence", "remedy", "fingerprint", "subject")
        read_only_fields = fields


class LiftedOut(serializers.Serializer):
    """The waiver that lifts a finding today."""

    by = serializers.CharField()
    until = serializers.DateTimeField()
    reason = serializers.CharField()


class UploadFindingOut(FindingOut):
    """A finding as the account sees it, with what can be done about it here."""

    file = serializers.CharField(help_text="the name that the sender gave")
    source = serializers.SerializerMethodField(help_text="where the rule comes from")
    waiver = serializers.SerializerMethodField(help_text="the waiver that lifts it today")

    class Meta(FindingOut.Meta):
        fields = (*FindingOut.Meta.fields, "file", "source", "waivable", "waiver")
        read_only_fields = fields

    def get_source(self, finding: Finding) -> str:
        """As in docs/findings.md."""
        rule = rule_behind(finding)
        return rule.source if rule else ""

    @extend_schema_field(LiftedOut(allow_null=True))
    def get_waiver(self, finding: Finding) -> dict[str, Any] | None:
        """None without one."""
        waiver = self.context["lifted"].get(finding.pk)
        return LiftedOut(waiver).data if waiver else None


class ForecastOut(serializers.Serializer):
    """What the gateway would do with a client."""

    accepts = serializers.BooleanField(source="gateway_accepts", help_text="once it is pinned")
    says = serializers.CharField(
        source="gateway_says", help_text="why, and what it would do by the certificates above it"
    )


class UploadedOut(serializers.ModelSerializer):
    """A certificate of an upload and its place in the tree:
    issuers first, `parent` is the issuer's fingerprint.
    """

    certificate = CertificateOut()
    kind = serializers.ChoiceField(("leaf", "intermediate", "root"))
    prediction = serializers.SerializerMethodField(help_text="of a client; null for a CA")

    class Meta:
        model = UploadedCertificate
        fields = ("kind", "link", "parent", "depth", "suggested_role", "prediction", "certificate")
        read_only_fields = fields

    @extend_schema_field(ForecastOut(allow_null=True))
    def get_prediction(self, row: UploadedCertificate) -> dict[str, Any] | None:
        """None for a CA."""
        return None if row.gateway_accepts is None else ForecastOut(row).data


class VerdictOut(serializers.Serializer):
    """The verdict of today, with the waivers in force. Each is null until it is judged, `gateway` and `agree`
    also without a client.
    """

    accepted = serializers.BooleanField(allow_null=True)
    policy = serializers.BooleanField(allow_null=True, help_text="whether it is safe and decent")
    gateway = serializers.BooleanField(
        allow_null=True, help_text="whether the gateway would let in every client, once pinned"
    )
    agree = serializers.BooleanField(allow_null=True)


class UploadDetailOut(serializers.ModelSerializer):
    """An upload with the tree of its certificates and the findings."""

    label = serializers.CharField(source="__str__", help_text="U- and the number")
    files = serializers.SerializerMethodField(help_text="names as they were sent")
    accepted = serializers.SerializerMethodField(help_text="the same as in `verdict`")
    verdict = serializers.SerializerMethodField()
    certificates = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField(help_text="errors first")

    class Meta:
        model = Upload
        fields = (
            "uuid",
            "label",
            "sender",
            "status",
            "accepted",
            "verdict",
            "files",
            "certificates",
            "findings",
            "created_at",
        )
        read_only_fields = fields

    def _report(self, upload: Upload) -> Report:
        if not hasattr(upload, "_report"):
            upload._report = report_of(upload)
        return upload._report

    def get_accepted(self, upload: Upload) -> bool | None:
        """Null until it is judged."""
        return self._report(upload).accepted

    @extend_schema_field(VerdictOut)
    def get_verdict(self, upload: Upload) -> dict[str, Any]:
        """Both halves."""
        return VerdictOut(self._report(upload)).data

    @extend_schema_field(UploadedOut(many=True))
    def get_certificates(self, upload: Upload) -> list[dict[str, Any]]:
        """Issuers before what they issued."""
        return UploadedOut(upload.certificates.select_related("certificate"), many=True).data

    @extend_schema_field(UploadFindingOut(many=True))
    def get_findings(self, upload: Upload) -> list[dict[str, Any]]:
        """None until it is judged."""
        report = self._report(upload)
        return UploadFindingOut(report.findings, many=True, context={"lifted": report.lifted}).data

    def get_files(self, upload: Upload) -> list[str]:
        """The contents stay where they are."""
        return self._report(upload).file_names


class WaiverOut(serializers.ModelSerializer):
    """A needless refusal that a person took upon themselves."""

    certificate = CertificateOut()
    state = serializers.ChoiceField(("in force", "ended", "withdrawn"))

    class Meta:
        model = Waiver
        fields = (
            "uuid",
            "certificate",
            "code",
            "reason",
            "by",
            "created_at",
            "until",
            "state",
            "withdrawn_at",
            "withdrawn_by",
        )
        read_only_fields = fields


class WaiverIn(Strict):
    """An error of a certificate to be waived, by a person."""

    fingerprint = serializers.RegexField("^[0-9A-Fa-f]{64}$", help_text="SHA-256 of the DER")
    code = serializers.CharField(max_length=40, help_text="of a finding that is `waivable`")
    reason = serializers.CharField(max_length=500)
    until = serializers.DateField(help_text="the last day on which it counts, in UTC")


class UploadIn(Strict):
    """Files as multipart/form-data: ten at most, 1 MB each, and never a private key."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True))
