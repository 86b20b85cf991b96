"""Small spellings of Envoy's JSON that several files need."""

import json
from typing import Any

TYPE = "type.googleapis.com/"


def extension(name: str, type_name: str, **fields: Any) -> dict[str, Any]:
    """A TypedExtensionConfig: {"name", "typed_config"}."""
    return {"name": name, "typed_config": {"@type": TYPE + type_name, **fields}}


def overwrite(header: str, value: str) -> dict[str, Any]:
    """A HeaderValueOption that replaces whatever was there; with an empty value, Envoy adds no header."""
    return {"header": {"key": header, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def json_body(fields: dict[str, str]) -> str:
    return json.dumps(fields) + "\n"


CONTENT_TYPE_JSON = overwrite("content-type", "application/json")
