"""These endpoints in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api import Schema


def name_the_key(endpoints: list[tuple[Any, ...]], **_: Any) -> list[tuple[Any, ...]]:
    """drf-spectacular's PREPROCESSING_HOOKS: a parameter in parentheses loses its name on the way here."""
    return [(path.replace("{var}", f"('{{{_key(path)}}}')"), *rest) for path, *rest in endpoints]


def _key(path: str) -> str:
    return "uuid" if "VirtualHostRequests" in path else "name"


class SapMessage(serializers.Serializer):
    """What went wrong, for people."""

    lang = serializers.CharField()
    value = serializers.CharField()


class SapError(serializers.Serializer):
    """What went wrong, for machines and people."""

    code = serializers.CharField()
    message = SapMessage()


class SapErrorDocument(serializers.Serializer):
    """An error as SAP API Management writes it."""

    error = SapError()


class SapSchema(Schema):
    """Errors in SAP's shape; what the request did wrong is always 400."""

    problem = SapErrorDocument
    problem_type = "application/json"

    def get_tags(self) -> list[str]:
        """All in one group."""
        return ["SAP API Management"]

    def get_operation_id(self) -> str:
        """The address is no help for names here: services with dots, keys in parentheses."""
        return f"sap_{self.view.__class__.__name__.removesuffix('View')}_{self.view.action}"

    def _errors(self) -> dict[str, str]:
        errors: dict[str, Any] = {
            "401": "No valid bearer token.",
            "403": "The scopes of the key do not allow it.",
        }
        if self.method != "GET":
            errors["400"] = "Refused, with the documented code; nothing was changed."
        return errors
