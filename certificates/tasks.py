"""The worker's part: judge uploads."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from .models import Upload
from .services import uploads


@shared_task
def judge_upload(uuid: str) -> None:
    """Judge one upload."""
    uploads.judge_upload(upload=Upload.objects.select_related("account").get(uuid=uuid), at=timezone.now())


@shared_task
def sweep_uploads() -> None:
    """Give unfinished uploads back to the queue."""
    uploads.give_back_stale()
