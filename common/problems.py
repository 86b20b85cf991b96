"""From an exception to a problem document (RFC 9457) on the REST API."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from .errors import DomainError


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. `errors` lists each field with its code and sentence."""
    if isinstance(error, DomainError):
        return problem(error.status, error.code, error.message, _one(error))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))
    if isinstance(error, exceptions.ValidationError):
        errors = list(_walk(error.get_full_details()))
        return problem(400, "invalid", "Some fields were not accepted; nothing was changed.", errors, headers)
    return problem(error.status_code, str(error.get_codes()), str(error.detail), [], headers)


def problem(
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document: `type`, `status`, `code`, `detail`, and `errors` by field."""
    body = {"type": f"urn:countersign:problem:{code}", "status": status, "code": code, "detail": detail}
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def _one(error: DomainError) -> list[dict[str, str]]:
    return [{"field": error.field, "code": error.code, "detail": error.message}] if error.field else []


def _walk(details: Any, field: str = "") -> Any:
    if isinstance(details, list):
        for item in details:
            yield from _walk(item, field)
    elif isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"field": field, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, dict):
        for name, inner in details.items():
            outer = field if name == "non_field_errors" else ".".join(filter(None, [field, str(name)]))
            yield from _walk(inner, outer)
