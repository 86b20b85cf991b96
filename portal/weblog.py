"""Logs as lines of text or of JSON, each with what it belongs to, and without what opens doors.

The address of a secure link, or of a page that sets a password, is the key to it; private keys and bearer
tokens are keys anyway.
"""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from gunicorn.glogging import Logger
from pythonjsonlogger.json import JsonFormatter

from certificates.pki.private_keys import private_key_in
from common.logcontext import noted

_DOORS = re.compile(r"(/s/|/api/v1/secure/|/reset/[^/\s]+/)[\w-]+")
_KEY_BEGINS = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"
# One that was cut off has no end: then all that follows is taken out.
_PRIVATE_KEYS = re.compile(rf"{_KEY_BEGINS}.*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_TOKENS = re.compile(
    r"(\b(?:bearer|basic) +|\b(?:client_secret|access_token)\W{1,5})[\w.~+/=-]{8,}", re.IGNORECASE
)
HIDDEN = "•••"
LEFT_OUT = f"{HIDDEN} (left out: a private key stood here)"


def masked(text: str) -> str:
    """The text with private keys, tokens, and the tokens in such addresses replaced. A line that holds a key
    without its labels is left out, or the whole text where the key is spread over several.
    """
    text = _PRIVATE_KEYS.sub(f"private key {HIDDEN}", text)
    if _holds_key(text):
        text = "\n".join(LEFT_OUT if _holds_key(line) else line for line in text.split("\n"))
        text = LEFT_OUT if _holds_key(text) else text
    return _TOKENS.sub(rf"\1{HIDDEN}", _DOORS.sub(rf"\1{HIDDEN}", text))


def _holds_key(text: str) -> bool:
    """Also where it is escaped as in an address, or as Python writes bytes. Each part of a path counts as the
    beginning of a word: to Base64 the slash before it is a letter.
    """
    plain = unquote(text)
    forms = [written.encode(errors="replace") for written in (text, plain, plain.replace("/", "/ "))]
    if "\\" in text:
        unescaped = text.encode("latin-1", "replace").decode("unicode_escape", "replace")
        forms.append(unescaped.encode("latin-1", "replace"))
    return any(private_key_in(form) for form in forms)


class TextFormatter(logging.Formatter):
    """For people: time, level, logger, the request's id, message. What it gives out is masked, tracebacks
    included.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One record, with its traceback if there is one."""
        record.request_id = noted().get("request_id", "-")
        return masked(super().format(record))


class JsonLines(JsonFormatter):
    """For machines: `time` (ISO 8601, UTC), `level`, `logger`, `message`, and what `common.logcontext` noted.

    Of what else a record carries nothing gets in: Django and Celery attach whole requests and arguments.
    """

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Fill `log_data` in the order in which a person reads it."""
        taken: dict[str, Any] = {}
        super().add_fields(taken, record, message_dict)
        of_request = _of_request(record.args) if record.name == "gunicorn.access" else {}
        log_data |= {name: taken[name] for name in ("time", "level", "logger", "message")}
        log_data |= noted() | of_request
        log_data |= {name: taken[name] for name in ("exception", "stack_info") if name in taken}

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Mask every text before it becomes JSON."""
        return {key: masked(value) if isinstance(value, str) else value for key, value in log_data.items()}


def _of_request(atoms: Any) -> dict[str, Any]:
    """What gunicorn's access log knows of a request, whose context has ended by then."""
    said = {"status": int(atoms["s"]), "seconds": float(atoms["L"])}
    request = atoms["{x-request-id}o"]
    return said if request == "-" else {"request_id": request, **said}


def formatter(kind: str = "") -> logging.Formatter:
    """The one of COUNTERSIGN_LOG_FORMAT, or of `kind`: "text" or "json"."""
    if (kind or settings.LOG_FORMAT) == "json":
        return JsonLines()
    return TextFormatter("{asctime} {levelname} {name} [{request_id}]: {message}", style="{")


class MaskingLogger(Logger):
    """gunicorn's `--logger-class`: its log like ours, the access log masked and with the request's id."""

    def setup(self, cfg: Any) -> None:
        """Called at the start and on every reload of the configuration."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter())
        if settings.LOG_FORMAT == "json":
            for handler in self.access_log.handlers:
                handler.setFormatter(formatter())

    def atoms(self, *args: Any) -> dict[str, Any]:
        """What one line may say: request line, path, referer."""
        said = super().atoms(*args)
        return {key: masked(value) if isinstance(value, str) else value for key, value in said.items()}
