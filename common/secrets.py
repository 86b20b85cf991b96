"""Secrets at rest: encrypted with the first key of COUNTERSIGN_FIELD_KEYS, readable with any of them."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def seal(text: str) -> bytes:
    """Encrypt UTF-8 text for the database. Returns a Fernet token (bytes)."""
    return _fernet().encrypt(text.encode())


def unseal(token: bytes) -> str:
    """Decrypt what `seal` made. Raises cryptography.fernet.InvalidToken when no configured key fits."""
    return _fernet().decrypt(bytes(token)).decode()


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Lower-case hex SHA-256 of a random token: enough, since the token has 256 bits of its own."""
    return hashlib.sha256(token.encode()).hexdigest()
