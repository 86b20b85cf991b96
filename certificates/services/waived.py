"""Which refusals are lifted by a waiver today, and which were until it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from .. import models
from ..models import Certificate, Waiver
from ..pki.findings import Finding, Severity
from ..pki.gateway import verdict


def in_force(
    account: int, at: datetime, *, fingerprints: Collection[str] | None = None
) -> list[verdict.Waiver]:
    """The waivers of an account (its primary key) that count at the aware moment `at`, as the judge knows
    them; with `fingerprints` only those of these certificates. One query.
    """
    rows = Waiver.objects.filter(account=account, withdrawn_at=None, until__gte=at)
    if fingerprints is not None:
        rows = rows.filter(certificate__fingerprint__in=fingerprints)
    return [
        verdict.Waiver(row.code, row.certificate.fingerprint, row.until, row.by, row.reason)
        for row in rows.select_related("certificate")
    ]


def as_said(row: models.Finding) -> Finding:
    """A stored finding as the judge said it."""
    fingerprint = row.fingerprint or None
    severity = Severity(row.severity)
    return Finding(row.code, severity, row.sentence, row.remedy, fingerprint, row.subject, row.file)


def lapsed(certificates: Iterable[Certificate], at: datetime) -> dict[tuple[str, str], Waiver]:
    """The waivers of these certificates that count no more at the aware moment `at`, by fingerprint and
    code: the last of each, unless a later one is in force. One query.
    """
    rows = Waiver.objects.filter(certificate__in=[certificate.pk for certificate in certificates])
    newest: dict[tuple[str, str], Waiver] = {}
    for row in rows.select_related("certificate").order_by("pk"):
        newest[row.certificate.fingerprint, row.code] = row
    return {key: row for key, row in newest.items() if row.withdrawn_at or row.until < at}
