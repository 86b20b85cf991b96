"""Errors as SAP API Management writes them: OData 2.0 JSON errors, always 400 for what the request did wrong.

The shape `{"error": {"code", "message": {"lang", "value"}}}` is that of the samples in SAP Help ("Creating
the References"), which is the error document of the OData 2.0 JSON format.
"""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import DomainError, Forbidden
from common.problems import problem_handler

NAME_TAKEN = "CERTIFICATE_STORE_REFERENCE_NAME_DUPLICATION_ERROR"
CREATE_STORE_UNKNOWN = "CERTIFICATE_STORE_REFERENCE_CREATE_FAILED_LINKED_CERTIFICATE_STORE_VALIDATION_ERROR"
UPDATE_STORE_UNKNOWN = "CERTIFICATE_STORE_REFERENCE_UPDATE_FAILED_LINKED_CERTIFICATE_STORE_VALIDATION_ERROR"
REFERENCE_UNKNOWN = "NO_SUCH_CERTIFICATE_STORE_REFERENCE_EXISTS"
REFERENCE_USED = "CERTIFICATE_STORE_REFERENCE_LINKED_VIRTUAL_HOST_LINK_VALIDATION_ERROR"


def sap_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The EXCEPTION_HANDLER of these views: 400 for every refusal, 401 and 403 for who may not ask at all."""
    if isinstance(error, DomainError):
        status = 403 if isinstance(error, Forbidden) else 413 if error.status == 413 else 400
        return _document(status, error.code, error.message)
    if isinstance(error, exceptions.ValidationError):
        set_rollback()
        return _document(400, "BAD_REQUEST", " ".join(_sentences(error.detail)))
    answer = problem_handler(error, context)
    if answer is None:
        return None
    return _document(
        answer.status_code, str(answer.data["code"]).upper(), answer.data["detail"], dict(answer.headers)
    )


def _document(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Response:
    body = {"error": {"code": code, "message": {"lang": "en", "value": text}}}
    return Response(body, status=status, headers=headers)


def _sentences(detail: Any, field: str = "") -> list[str]:
    if isinstance(detail, dict):
        return [text for name, inner in detail.items() for text in _sentences(inner, str(name))]
    if isinstance(detail, list):
        return [text for inner in detail for text in _sentences(inner, field)]
    return [f"{field}: {detail}" if field and field != "non_field_errors" else str(detail)]
