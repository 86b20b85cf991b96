"""Housekeeping of the portal."""

from celery import shared_task
from django.core.management import call_command
from oauth2_provider.models import clear_expired


@shared_task
def clear_expired_tokens() -> None:
    """Delete access tokens that have ended."""
    clear_expired()


@shared_task
def clear_ended_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")
