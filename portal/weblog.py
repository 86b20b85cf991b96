"""The web server's access log, without what opens doors."""

from __future__ import annotations

import re
from typing import Any

from gunicorn.glogging import Logger

# A secure link's address is the key to it: the page, its progress, and the REST twin.
_SECURE = re.compile(r"(/s/|/api/v1/secure/)[\w-]+")


def masked(text: str) -> str:
    """The text with the tokens of secure links replaced."""
    return _SECURE.sub(r"\1•••", text)


class MaskingLogger(Logger):
    """gunicorn's `--logger-class`."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        """What one line may say: request line, path, referer."""
        said = super().atoms(*args)
        return {key: masked(value) if isinstance(value, str) else value for key, value in said.items()}
