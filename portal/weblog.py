"""Logs without what opens doors: the address of a secure link, or of a page that sets a password, is the
key to it.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

_DOORS = re.compile(r"(/s/|/api/v1/secure/|/reset/[^/\s]+/)[\w-]+")


def masked(text: str) -> str:
    """The text with the tokens in such addresses replaced."""
    return _DOORS.sub(r"\1•••", text)


class MaskingFilter(logging.Filter):
    """On the handler of our own logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Says yes to every record, after masking its text."""
        record.msg, record.args = masked(record.getMessage()), None
        return True


class MaskingLogger(Logger):
    """gunicorn's `--logger-class`, for its access log."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        """What one line may say: request line, path, referer."""
        said = super().atoms(*args)
        return {key: masked(value) if isinstance(value, str) else value for key, value in said.items()}
