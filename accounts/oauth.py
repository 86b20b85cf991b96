"""How django-oauth-toolkit sees our service keys."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from oauth2_provider.scopes import BaseScopes

from .permissions import SCOPES


class KeyScopes(BaseScopes):
    """SCOPES_BACKEND_CLASS: a key may ask for the scopes it was created with, and gets them all by
    default.
    """

    def get_all_scopes(self) -> dict[str, str]:
        """Every permission that a machine can have, with what it allows."""
        return SCOPES

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """The key's own scopes."""
        return list(application.scopes) if application else []

    get_default_scopes = get_available_scopes


class RandomSecretHasher(PBKDF2PasswordHasher):
    """For client secrets, which are 128 random characters:
    stretching would only let the token endpoint be flooded.
    """

    algorithm = "pbkdf2_sha256_random_secret"
    iterations = 1
