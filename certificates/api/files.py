"""Files of a multipart request: measured before they are read, and read into memory only."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from common.errors import DomainError

from ..metrics import counting_refusals
from ..services.uploads import MAX_BYTES, MAX_FILES


@counting_refusals
def contents(files: Sequence[UploadedFile]) -> list[tuple[str, bytes]]:
    """Return (name, content) of each file.
    Raises DomainError for too many or too large ones, without reading any.
    """
    if len(files) > MAX_FILES:
        raise DomainError("too_many_files", f"Send {MAX_FILES} files at most at one time.", field="files")
    for file in files:
        if file.size > MAX_BYTES:
            raise DomainError(
                "too_large", f"{file.name} is larger than 1 MB. Send only certificates.", field="files"
            )
    return [(file.name, file.read()) for file in files]
