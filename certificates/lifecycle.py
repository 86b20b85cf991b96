"""Statuses of an upload, and the moves between them."""

from django.db import models


class UploadStatus(models.TextChoices):
    """Whose turn it is with an upload."""

    RECEIVED = "received", "received"  # the worker's: judge it
    JUDGING = "judging", "being checked"  # the worker's: it is at it
    JUDGED = "judged", "checked"  # the processor's: assign roles, or ask the partner again


UPLOAD_MOVES = {
    UploadStatus.RECEIVED: {UploadStatus.JUDGING},
    # back to received: a worker died in the middle, the sweep gives the work to another
    UploadStatus.JUDGING: {UploadStatus.JUDGED, UploadStatus.RECEIVED},
    # back to received: somebody asks for the judgement of today
    UploadStatus.JUDGED: {UploadStatus.RECEIVED},
}
