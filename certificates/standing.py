"""Where an upload stands today: its verdict and what counts for it, in every list as in its report.

Nothing of it is stored: a waiver may be granted, withdrawn or end at any moment, also while the worker
judges.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from .lifecycle import UploadStatus
from .models import Finding, Upload, UploadedCertificate
from .pki.findings import Severity
from .pki.gateway.verdict import Waiver, lifting
from .report_lines import counted
from .services.waived import as_said, in_force


@dataclass(frozen=True)
class Standing:
    """`errors`: those that no waiver lifts; `waived`: the others. All counts are of the last judgement, and 0
    while there is none.
    """

    status: str
    certificates: int = 0
    errors: int = 0
    waived: int = 0
    warnings: int = 0

    @property
    def is_judged(self) -> bool:
        """Whether the worker is through with it."""
        return self.status == UploadStatus.JUDGED

    @property
    def accepted(self) -> bool | None:
        """The verdict, with the waivers in force; None until it is judged."""
        return bool(self.certificates) and not self.errors if self.is_judged else None

    @property
    def verdict(self) -> str:
        """The verdict in words, of what is judged."""
        if not self.accepted:
            return "not accepted as sent"
        return "accepted by waiver" if self.waived else "sound"

    @property
    def tally(self) -> str:
        """`2 errors, 1 waived, 1 warning`."""
        words = [counted(self.errors, "error")]
        words += [f"{self.waived} waived"] if self.waived else []
        words += [counted(self.warnings, "warning")] if self.warnings else []
        return ", ".join(words)


@dataclass(frozen=True)
class Listed:
    """An upload in a list."""

    upload: Upload
    standing: Standing


def lifted_by(findings: Iterable[Finding], waivers: Collection[Waiver], at: datetime) -> dict[int, Waiver]:
    """The waivers that lift stored findings at the aware moment `at`, by the finding's primary key."""
    found = {finding.pk: lifting(as_said(finding), waivers, at) for finding in findings}
    return {key: waiver for key, waiver in found.items() if waiver}


def standing_by(
    upload: Upload, *, certificates: int, warnings: int, errors: Collection[Finding], lifted: Container[int]
) -> Standing:
    """Where a judged upload stands by what is stored of it; `lifted` holds the primary keys of the errors
    that a waiver lifts.
    """
    waived = sum(error.pk in lifted for error in errors)
    return Standing(upload.status, certificates, len(errors) - waived, waived, warnings)


def listed(uploads: Iterable[Upload], at: datetime) -> list[Listed]:
    """Uploads of one account, each with where it stands at the aware moment `at`. Four queries, however many
    there are.
    """
    rows = list(uploads)
    judged = [upload for upload in rows if upload.status == UploadStatus.JUDGED]
    if not judged:
        return [Listed(upload, Standing(upload.status)) for upload in rows]
    certificates = _per_upload(UploadedCertificate.objects.filter(upload__in=judged))
    findings = Finding.objects.filter(upload__in=judged)
    warnings = _per_upload(findings.filter(severity=Severity.WARNING.value))
    errors: dict[int, list[Finding]] = {}
    for error in findings.filter(severity=Severity.ERROR.value):
        errors.setdefault(error.upload_id, []).append(error)
    named = {error.fingerprint for said in errors.values() for error in said}
    waivers = in_force(judged[0].account_id, at, fingerprints=named)

    def standing(upload: Upload) -> Standing:
        if upload.status != UploadStatus.JUDGED:
            return Standing(upload.status)
        said = errors.get(upload.pk, [])
        return standing_by(
            upload,
            certificates=certificates.get(upload.pk, 0),
            warnings=warnings.get(upload.pk, 0),
            errors=said,
            lifted=lifted_by(said, waivers, at),
        )

    return [Listed(upload, standing(upload)) for upload in rows]


def standing_of(upload: Upload, at: datetime) -> Standing:
    """Where one upload stands at the aware moment `at`. Four queries."""
    return listed([upload], at)[0].standing


def _per_upload(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("upload").annotate(Count("pk")))
