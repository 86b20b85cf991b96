"""How a machine shows its service key's token, and how the OpenAPI document says so."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.oauth2_backends import get_oauthlib_core
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from ..permissions import PERSONS_ONLY, SCOPES


class BearerAuthentication(OAuth2Authentication):
    """`Authorization: Bearer …` (RFC 6750 section 2.1), and nowhere else.

    A token in an address ends up in logs; to look for one in the body is to parse what strangers upload.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """(None, access token), or None without the header. Raises AuthenticationFailed for a dead token."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header.lower().startswith("bearer "):
            return None
        valid, found = get_oauthlib_core().server.verify_request(
            request.build_absolute_uri(request.path),
            request.method,
            body=None,
            headers={"Authorization": header},
            scopes=[],
        )
        if not valid:
            request.oauth2_error = {"error": "invalid_token"}
            raise AuthenticationFailed("The bearer token is unknown, has ended, or its key is revoked.")
        return found.user, found.access_token


class BearerScheme(OpenApiAuthenticationExtension):
    """OAuth2 client credentials; the scope of each operation is its permission."""

    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "serviceKey"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """The permission that the operation needs, if it needs one and a key can have it."""
        needed = getattr(auto_schema.view, "needed", None)
        if needed in PERSONS_ONLY:
            return {}
        return {self.name: [needed] if needed else []}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """RFC 6749 section 4.4."""
        return {
            "type": "oauth2",
            "description": "A service key of the account. Its token lasts 15 minutes.",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token/", "scopes": SCOPES}},
        }
