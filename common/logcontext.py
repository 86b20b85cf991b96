"""What a line of the log says beside its message, wherever it is written: who, which account, which task.

The id of the request lives in django-guid's own context variable, which its Celery integration carries into
tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django_guid import get_guid

_fields: ContextVar[Mapping[str, str]] = ContextVar("fields", default={})  # noqa: B039 - never changed in place


def note(**fields: object) -> None:
    """Add fields to the lines that follow in this request or task. No secret, and nothing a person wrote."""
    _fields.set({**_fields.get(), **{name: str(value) for name, value in fields.items()}})


@contextmanager
def noting(**fields: object) -> Iterator[None]:
    """As `note`, and at the end what was noted inside is forgotten again."""
    before = _fields.set(_fields.get())
    try:
        note(**fields)
        yield
    finally:
        _fields.reset(before)


def noted() -> dict[str, str]:
    """The fields in force, `request_id` first; without one when no request has led here."""
    request = request_id()
    return ({"request_id": request} if request else {}) | dict(_fields.get())


def forget() -> None:
    """A thread that begins something new starts from nothing."""
    _fields.set({})


def request_id() -> str:
    """32 hex digits, or those of the caller with their hyphens; "" when no request has led here."""
    return get_guid() or ""
