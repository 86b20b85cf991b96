"""What the owner of a new service key takes away: the JSON that a client reads, and the first command."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from .services import NewKey


def document(new: NewKey) -> dict[str, str]:
    """url, tokenUrl, clientId and clientSecret, as SAP's tools name them. The secret is in the clear."""
    return {
        "url": settings.PORTAL_URL,
        "tokenUrl": settings.PORTAL_URL + reverse("oauth-token"),
        "clientId": new.key.client_id,
        "clientSecret": new.client_secret,
    }


def token_command(new: NewKey) -> str:
    """The curl command that obtains a token (RFC 6749, section 4.4). Id and secret need no quotes."""
    return (
        f"curl --user {new.key.client_id}:{new.client_secret} \\\n"
        f"  --data grant_type=client_credentials \\\n  {settings.PORTAL_URL}{reverse('oauth-token')}"
    )
