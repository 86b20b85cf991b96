"""Uploads: refuse what must not be kept, keep the rest, judge it in the worker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from common.errors import Conflict, DomainError
from common.outbox import announce
from common.transitions import move

from .. import pki
from ..lifecycle import UploadStatus
from ..metrics import counting_refusals
from ..models import Finding, Upload, UploadedCertificate, UploadFile
from ..pki.advice import lint_all
from ..pki.findings import Severity
from ..pki.reading import private_key_in
from ..pki.roles import suggested_role
from . import verdicts
from .known import remember

MAX_BYTES = 1_000_000
MAX_FILES = 10
# How zip, gzip, 7z, rar, bzip2, xz and zstandard begin: what is packed cannot be searched for private keys.
ARCHIVES = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)
STALE_AFTER = timedelta(seconds=20)  # judging takes less than two
TRIES = 3


class PrivateKeySent(DomainError):
    """An upload held a private key; nothing of it was kept."""


@counting_refusals
def refuse_unsafe(files: Sequence[tuple[str, bytes]]) -> None:
    """Look at files (name, content) before anything of them is stored, logged or queued.

    Raises PrivateKeySent when one holds a private key, DomainError for no file, too many, or too large.
    """
    if not files:
        raise DomainError(
            "no_file", "Choose at least one file with the certificate and its chain.", field="files"
        )
    if len(files) > MAX_FILES:
        raise DomainError("too_many_files", f"Send {MAX_FILES} files at most at one time.", field="files")
    for name, content in files:
        if private_key_in(name.encode(errors="replace")):
            raise PrivateKeySent(
                "private_key_sent",
                "The name of a file holds a private key. Nothing of this upload was kept. Regard that "
                "key as disclosed: make a new one, have a certificate issued for it, and rename the file.",
                field="files",
            )
        if len(content) > MAX_BYTES:
            raise DomainError(
                "too_large", f"{name} is larger than 1 MB. Send only certificates.", field="files"
            )
        if content.startswith(ARCHIVES):
            raise DomainError(
                "archive_sent",
                f"{name} is an archive. Nothing of this upload was kept, since a private key could hide in "
                "it. Unpack it, and send only the certificates.",
                field="files",
            )
        kind = private_key_in(content)
        if kind:
            raise PrivateKeySent(
                "private_key_sent",
                f"{name} holds {kind}. Nothing of this upload was kept. Regard that key as disclosed: make a "
                "new one, have a certificate issued for it, and send only that certificate and its chain.",
                field="files",
            )


@counting_refusals
def refuse_pasted_key(text: str, *, field: str) -> None:
    """Look at what a person wrote before it is stored. Raises PrivateKeySent for a private key in it, in any
    encoding, also without its labels. A sentence may well speak of private keys.
    """
    if private_key_in(text.encode(errors="replace")):
        raise PrivateKeySent(
            "private_key_sent",
            "This text holds a private key. It was not kept. Regard that key as disclosed: make a new one, "
            "have a certificate issued for it, and write the text without the key.",
            field=field,
        )


@transaction.atomic
def receive(*, account: Account, sender: str, files: Sequence[tuple[str, bytes]]) -> Upload:
    """Keep files (name, content) for the worker to judge.
    Raises what `refuse_unsafe` raises, and keeps nothing then.
    """
    refuse_unsafe(files)
    Account.objects.select_for_update().get(pk=account.pk)  # one number at a time
    last = Upload.objects.filter(account=account).aggregate(last=Max("number"))["last"] or 0
    upload = Upload.objects.create(account=account, number=last + 1, sender=sender)
    for name, content in files:
        UploadFile.objects.create(upload=upload, name=name[-200:], content=content)
    actor = Actor(account, sender, frozenset())
    audit.record(actor, "upload:received", upload, files=[name[-200:] for name, _ in files])
    announce("upload.received", upload.uuid)
    return upload


def judge_upload(*, upload: Upload, at: datetime) -> None:
    """Read and judge an upload, store its certificates and findings. Idempotent:
    a second worker finds nothing to do.
    """
    if upload.status != UploadStatus.RECEIVED:
        return
    who = portal(upload.account)
    move(upload, UploadStatus.JUDGING, actor=who.label)
    report = verdicts.judged(upload, at)
    assessment = verdicts.assess(report, at)
    advice = lint_all([judged.certificate for judged in report.certificates])
    findings = [*assessment.findings, *advice]
    with transaction.atomic():
        upload.certificates.all().delete()  # of a judgement before this one
        upload.findings.all().delete()
        for position, judged in enumerate(report.certificates):
            role = suggested_role(judged)
            forecast = assessment.forecasts.get(judged.certificate.fingerprint)
            UploadedCertificate.objects.create(
                upload=upload,
                certificate=remember(upload.account, judged.certificate),
                kind=judged.kind,
                link=judged.link,
                parent=judged.parent or "",
                depth=judged.depth,
                position=position,
                suggested_role=role.value if role else "",
                gateway_accepts=forecast.accepts if forecast else None,
                gateway_says=forecast.says if forecast else "",
            )
        Finding.objects.bulk_create(_rows(upload, findings, assessment.waivable))
        move(upload, UploadStatus.JUDGED, actor=who.label)
        errors = sum(finding.severity == Severity.ERROR for finding in findings)
        audit.record(who, "upload:judged", upload, certificates=len(report.certificates), errors=errors)
        announce("upload.judged", upload.uuid)


@transaction.atomic
def judge_again(*, actor: Actor, upload: Upload) -> None:
    """Have an upload judged once more, with the clock and the profile of today. What was found
    before stays until the worker has the new report. Raises Conflict while it is being judged.
    """
    if upload.status != UploadStatus.JUDGED:
        raise Conflict("being_judged", f"{upload} is being checked already. Wait a moment.")
    move(upload, UploadStatus.RECEIVED, actor=actor.label, reason="checked anew")
    audit.record(actor, "upload:judged_again", upload)
    announce("upload.received", upload.uuid)


def give_back_stale() -> int:
    """Queue again what was received and never judged, or whose worker died; after some tries say that it
    cannot be
    judged. Returns how many."""
    stale = Upload.objects.filter(changed_at__lt=timezone.now() - STALE_AFTER).exclude(
        status=UploadStatus.JUDGED
    )
    count = 0
    for upload in stale.select_related("account"):
        before = upload.moves.filter(new=UploadStatus.JUDGED).aggregate(last=Max("pk"))["last"] or 0
        if upload.moves.filter(new=UploadStatus.JUDGING, pk__gt=before).count() >= TRIES:
            _give_up(upload)
            continue
        if upload.status == UploadStatus.JUDGING:
            move(upload, UploadStatus.RECEIVED, actor="Portal", reason="the worker did not finish")
        Upload.objects.filter(pk=upload.pk).update(changed_at=timezone.now())
        announce("upload.received", upload.uuid)
        count += 1
    return count


@transaction.atomic
def _give_up(upload: Upload) -> None:
    """End an upload at which every worker failed, so that nobody waits for it."""
    unjudged = pki.findings.Finding(
        "NOT_JUDGED",
        Severity.ERROR,
        f"This upload could not be judged: the worker failed {TRIES} times at it.",
        "Send the certificates again, one PEM file each. Operations find the reason in the worker's log.",
    )
    upload.certificates.all().delete()
    upload.findings.all().delete()
    Finding.objects.bulk_create(_rows(upload, [unjudged]))
    move(upload, UploadStatus.JUDGED, actor="Portal", reason="given up")
    announce("upload.judged", upload.uuid)


def _rows(
    upload: Upload,
    findings: Sequence[pki.findings.Finding],
    waivable: Collection[tuple[str, str]] = (),
) -> list[Finding]:
    return [
        Finding(
            upload=upload,
            code=finding.code,
            severity=finding.severity.value,
            sentence=finding.sentence,
            remedy=finding.remedy,
            fingerprint=finding.fingerprint or "",
            subject=finding.subject[:300],
            file=finding.file[-200:],
            position=position,
            waivable=finding.severity == Severity.ERROR and (finding.fingerprint, finding.code) in waivable,
        )
        for position, finding in enumerate(findings)
    ]
