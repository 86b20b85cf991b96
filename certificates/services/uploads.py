"""Uploads: refuse what must not be kept, keep the rest, judge it in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from common.errors import DomainError
from common.outbox import announce
from common.transitions import move

from .. import pki
from ..lifecycle import UploadStatus
from ..models import Finding, Upload, UploadedCertificate, UploadFile
from ..pki.judgement import judge
from ..pki.reading import private_key_in
from ..pki.roles import suggested_role
from .known import remember

MAX_BYTES = 1_000_000
MAX_FILES = 10
STALE_AFTER = timedelta(minutes=2)


class PrivateKeySent(DomainError):
    """An upload held a private key; nothing of it was kept."""


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
        if len(content) > MAX_BYTES:
            raise DomainError(
                "too_large", f"{name} is larger than 1 MB. Send only certificates.", field="files"
            )
        kind = private_key_in(content)
        if kind:
            raise PrivateKeySent(
                "private_key_sent",
                f"{name} holds a private key ({kind}). Nothing of this upload was kept. Regard that key as "
                "disclosed: make a new one, and send only the public certificate and its chain.",
                field="files",
            )


def refuse_pasted_key(text: str, *, field: str) -> None:
    """Look at what a person wrote before it is stored. Raises PrivateKeySent for a PEM private key in it.

    By the label only (RFC 7468): unlike a file, a sentence may well speak of private keys.
    """
    if "PRIVATE KEY-----" in text.upper():
        raise PrivateKeySent(
            "private_key_sent",
            "This text holds a private key. It was not kept. Regard that key as disclosed: make a new one.",
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
    report = judge([(file.name, bytes(file.content)) for file in upload.files.all()], at)
    with transaction.atomic():
        for position, judged in enumerate(report.certificates):
            role = suggested_role(judged)
            UploadedCertificate.objects.create(
                upload=upload,
                certificate=remember(upload.account, judged.certificate),
                kind=judged.kind,
                link=judged.link,
                parent=judged.parent or "",
                depth=judged.depth,
                position=position,
                suggested_role=role.value if role else "",
            )
        Finding.objects.bulk_create(_rows(upload, report.findings))
        move(upload, UploadStatus.JUDGED, actor=who.label, accepted=report.accepted)
        errors = sum(finding.severity == pki.findings.Severity.ERROR for finding in report.findings)
        audit.record(who, "upload:judged", upload, certificates=len(report.certificates), errors=errors)
        announce("upload.judged", upload.uuid)


def give_back_stale() -> int:
    """Queue again what was received and never judged, or whose worker died. Returns how many."""
    stale = Upload.objects.filter(changed_at__lt=timezone.now() - STALE_AFTER).exclude(
        status=UploadStatus.JUDGED
    )
    count = 0
    for upload in stale.select_related("account"):
        if upload.status == UploadStatus.JUDGING:
            move(upload, UploadStatus.RECEIVED, actor="Portal", reason="the worker did not finish")
        announce("upload.received", upload.uuid)
        count += 1
    return count


def _rows(upload: Upload, findings: Sequence[pki.findings.Finding]) -> list[Finding]:
    return [
        Finding(
            upload=upload,
            code=finding.code,
            severity=finding.severity.value,
            sentence=finding.sentence,
            remedy=finding.remedy,
            fingerprint=finding.fingerprint or "",
            subject=finding.subject[:300],
            position=position,
        )
        for position, finding in enumerate(findings)
    ]
