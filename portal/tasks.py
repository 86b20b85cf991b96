"""Housekeeping of the portal."""

from celery import shared_task
from oauth2_provider.models import clear_expired


@shared_task
def clear_expired_tokens() -> None:
    """Delete access tokens that have ended."""
    clear_expired()
