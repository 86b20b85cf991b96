"""How bodies of REST requests are read."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    """JSON that can be worked with: not nested without end, and each text Unicode, for half a surrogate pair
    (RFC 8259, section 8.2) could neither be stored nor shown again."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError for what is no such JSON."""
        try:
            given = super().parse(stream, media_type, parser_context)
            json.dumps(given, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deeply") from None
        except UnicodeEncodeError:
            raise ParseError("JSON parse error - a text holds half a surrogate pair") from None
        return given
