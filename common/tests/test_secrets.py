"""Secrets at rest are sealed, and survive a change of keys."""

import pytest
from cryptography.fernet import Fernet, InvalidToken

from common import secrets


def test_it_seals_and_unseals():
    sealed = secrets.seal("a private key")
    assert b"private" not in sealed
    assert secrets.unseal(sealed) == "a private key"


def test_it_reads_what_an_older_key_sealed(settings):
    sealed = secrets.seal("old")
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert secrets.unseal(sealed) == "old"


def test_it_refuses_when_no_key_fits(settings):
    sealed = secrets.seal("lost")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        secrets.unseal(sealed)
