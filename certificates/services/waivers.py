"""Waivers: a person takes a needless refusal upon themselves, for a time and with a reason.

Only for an error that the table calls needless and where the gateway would let the client in; never for a
hole or an outage.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from accounts import audit
from accounts.actors import Actor
from common.errors import Conflict, DomainError
from common.templatetags.distances import write_day

from ..lifecycle import UploadStatus
from ..models import Certificate, Upload, Waiver
from ..pki.codes import RULES, Nature
from ..pki.findings import Severity
from ..pki.judgement import Report
from . import verdicts
from .uploads import refuse_pasted_key

LONGEST = timedelta(days=366)
FEWEST_WORDS = 3


@transaction.atomic
def grant(
    *, actor: Actor, certificate: Certificate, code: str, reason: str, until: date, at: datetime
) -> Waiver:
    """Waive the error `code` of a certificate through the day `until` (in UTC). A waiver that is in force for
    it ends with that.

    Raises Forbidden for a service key, DomainError with the field for an error that nobody may waive, a
    reason of less than three words, and a day that is past, further away than 366 days or beyond the
    certificate's own end.
    """
    actor.require("certificates:waive")
    reason = reason.strip()
    refuse_pasted_key(reason, field="reason")
    if len(reason.split()) < FEWEST_WORDS:
        raise DomainError(
            "reason_missing",
            "Say why in a few words, for those who read it later: who renews, until when.",
            field="reason",
        )
    _check_day(until, certificate, at)
    Certificate.objects.select_for_update().get(pk=certificate.pk)  # one waiver at a time
    _check_waivable(certificate, code, at)
    open_ones = Waiver.objects.filter(certificate=certificate, code=code, withdrawn_at=None, until__gte=at)
    replaced = open_ones.update(withdrawn_at=at, withdrawn_by=actor.label)
    last_moment = datetime.combine(until, time(23, 59, 59), UTC)
    waiver = Waiver.objects.create(
        account=actor.account,
        certificate=certificate,
        code=code,
        reason=reason,
        until=min(last_moment, certificate.not_after),
        by=actor.label,
    )
    audit.record(
        actor,
        "waiver:granted",
        waiver,
        code=code,
        fingerprint=certificate.fingerprint,
        until=waiver.until.isoformat(),
        reason=reason,
        replaced=bool(replaced),
    )
    return waiver


@transaction.atomic
def withdraw(*, actor: Actor, waiver: Waiver, at: datetime) -> None:
    """End a waiver now. What is deployed stays; no new version that holds the certificate can be activated.
    Raises Forbidden for a service key, Conflict when it is over already.
    """
    actor.require("certificates:waive")
    open_one = Waiver.objects.filter(pk=waiver.pk, withdrawn_at=None, until__gte=at)
    if not open_one.update(withdrawn_at=at, withdrawn_by=actor.label):
        raise Conflict("waiver_over", f"The waiver of {waiver} is over already.")
    waiver.refresh_from_db()
    audit.record(
        actor, "waiver:withdrawn", waiver, code=waiver.code, fingerprint=waiver.certificate.fingerprint
    )


def newest_upload(certificate: Certificate) -> Upload | None:
    """The latest judged upload of the account that holds the certificate."""
    uploads = Upload.objects.filter(
        account=certificate.account_id, status=UploadStatus.JUDGED, certificates__certificate=certificate
    )
    return uploads.select_related("account").order_by("-id").first()


def longest_for(certificate: Certificate, at: datetime) -> date:
    """The last day (in UTC) that a waiver of this certificate may have when it is granted at `at`."""
    return min(at.astimezone(UTC).date() + LONGEST, certificate.not_after.astimezone(UTC).date())


def _check_day(until: date, certificate: Certificate, at: datetime) -> None:
    today = at.astimezone(UTC).date()
    if until < today or certificate.not_after <= at:
        raise DomainError(
            "day_past", "Choose a day in the future, before the certificate ends.", field="until"
        )
    if until > today + LONGEST:
        raise DomainError(
            "day_too_far",
            f"A waiver lasts 366 days at most. Choose {write_day(longest_for(certificate, at))} or a day "
            "before.",
            field="until",
        )
    if until > certificate.not_after.astimezone(UTC).date():
        raise DomainError(
            "day_after_end",
            f"The certificate ends on {write_day(certificate.not_after)}. Choose that day or one before.",
            field="until",
        )


def _check_waivable(certificate: Certificate, code: str, at: datetime) -> None:
    """Ask the judge and the gateway's model anew: what was waivable when it was sent may not be today."""
    upload = newest_upload(certificate)
    if upload is None:
        raise DomainError(
            "not_waivable",
            f"No upload holds {certificate}. Upload it with a client that it issued.",
            field="code",
        )
    report = verdicts.judged(upload, at)
    if (certificate.fingerprint, code) not in verdicts.assess(report, at).waivable:
        raise DomainError("not_waivable", _why_not(report, certificate, code), field="code")


def _why_not(report: Report, certificate: Certificate, code: str) -> str:
    rules = [
        RULES[finding.code, finding.severity]
        for finding in report.findings
        if (finding.code, finding.fingerprint) == (code, certificate.fingerprint)
        and finding.severity == Severity.ERROR
    ]
    if not rules:
        return f"Nothing is to be waived: {code} is no error of {certificate} today. Re-check the upload."
    if rules[0].nature == Nature.HOLE:
        return (
            f"{code} is a hole: the gateway could let in what is unsafe. It is never waived. "
            "Ask the partner for another certificate."
        )
    if not rules[0].needless:
        return (
            f"{code} is what the gateway refuses or breaks on; no waiver changes that. "
            "Ask the partner for another certificate."
        )
    return (
        f"A waiver would not help: no client was sent that the gateway would let in by {certificate}. "
        "Upload it together with such a client, or ask the partner for another certificate."
    )
