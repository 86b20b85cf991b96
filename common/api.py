"""What every REST endpoint shares: strict input, bounded pages, bounded bodies, and problem documents in
the schema.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

from .errors import DomainError

# Ten files of 1 MB and their multipart frame; beyond FILE_UPLOAD_MAX_MEMORY_SIZE files would be dropped
# unread.
MAX_MULTIPART_BYTES = 11_000_000
MAX_BODY_BYTES = 2_500_000

SEARCH = OpenApiParameter("search", str, description="Narrows the list; case does not matter.")


class BodyTooLarge(DomainError):
    """The request announces a body that no endpoint would accept. None of it was read."""

    status = 413


class Strict(serializers.Serializer):
    """Input that refuses fields it does not know, so that a misspelt one is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Raises ValidationError with the code `unknown_field` for each field that is not part of the
        input.
        """
        if hasattr(data, "keys"):
            known = [name for name, field in self.fields.items() if not field.read_only]
            sentence = f"This field is not accepted here. Known: {', '.join(known) or 'none'}."
            unknown = {name: [sentence] for name in data if name not in known}
            if unknown:
                raise serializers.ValidationError(unknown, code="unknown_field")
        return super().to_internal_value(data)


class Nothing(Strict):
    """The input of an action that takes none."""


class Move(serializers.Serializer):
    """One status change."""

    old = serializers.CharField()
    new = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class FieldProblem(serializers.Serializer):
    """One field that was not accepted."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    """A problem document (RFC 9457), served as application/problem+json."""

    type = serializers.CharField(help_text="urn:countersign:problem:{code}")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="stable, for machines")
    detail = serializers.CharField(help_text="one sentence for people, with the remedy")
    errors = FieldProblem(many=True, required=False)


class Pages(LimitOffsetPagination):
    """`limit` (50 unless told, 200 at most) and `offset`."""

    max_limit = 200

    def get_offset(self, request: Request) -> int:
        """Bounded, for what a database cannot count to it refuses with an error of its own."""
        return min(super().get_offset(request), 2**31 - 1)


class Schema(AutoSchema):
    """Adds the errors an operation can answer with, as problem documents."""

    problem: type[serializers.Serializer] = Problem
    problem_type = "application/problem+json"

    def get_tags(self) -> list[str]:
        """The first part of the path that names a collection."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_serializer(self) -> None:
        """Every view names its shapes itself, input and output apart; without a name there is none."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status, description in self._errors().items():
            body = self._get_response_for_code(self.problem, status, [self.problem_type], direction)
            bodies.setdefault(status, body | {"description": description})
        return bodies

    def _errors(self) -> dict[str, str]:
        errors = {}
        if self.get_request_serializer() is not None:
            errors["400"] = "A field was not accepted, or the act was refused; nothing was changed."
        if self.view.authentication_classes:
            errors["401"] = "No session and no valid bearer token."
            errors["403"] = "The role, or the scopes of the key, do not allow it."
        if "{" in self.path:
            errors["404"] = "Absent, or of another account."
        if self.method not in ("GET", "HEAD"):
            errors["409"] = "The object is not in the state that the act needs."
        if getattr(self.view, "counts_attempts", False):
            errors["429"] = "Too many requests; Retry-After says when to come back."
        return errors


def refuse_large_body(request: Request) -> None:
    """Raise BodyTooLarge by the announced length, before a byte of the body is read (without a length none
    is).
    """
    length = request.META.get("CONTENT_LENGTH") or 0
    is_multipart = request.content_type.startswith("multipart/")
    limit = MAX_MULTIPART_BYTES if is_multipart else MAX_BODY_BYTES
    if int(length) > limit:
        raise BodyTooLarge("too_large", f"Send at most {limit // 1_000_000} MB in one request.")
