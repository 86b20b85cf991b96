"""The only way views and the API obtain an incident, or the link that a partner holds."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common import secrets
from common.errors import NotFound
from common.logcontext import note

from .models import Incident, QuotaRequest, SecureLink
from .selectors import incidents_of, quota_requests_of


def get_incident(actor: Actor, uuid: UUID, *, to: str = "incidents:read") -> Incident:
    """An incident of the actor's account."""
    actor.require(to)
    incident = incidents_of(actor.account).filter(uuid=uuid).first()
    if incident is None:
        raise NotFound("incident")
    return incident


def get_quota_request(actor: Actor, uuid: UUID, *, to: str = "incidents:read") -> QuotaRequest:
    """A request for more hosts of the actor's account."""
    actor.require(to)
    request = quota_requests_of(actor.account).filter(uuid=uuid).first()
    if request is None:
        raise NotFound("quota request")
    return request


def get_link(token: str) -> SecureLink:
    """The secure link that a token opens, in whatever state it is; the caller looks at `state`.

    Raises NotFound for a token that was never given out. Revoked and unknown look alike.
    """
    links = SecureLink.objects.select_related("incident__host", "incident__account", "upload")
    link = links.filter(token_digest=secrets.token_digest(token), revoked_at=None).first()
    if link is None:
        raise NotFound(
            "secure link",
            "This link does not open. Its address may not be complete, or a newer link was sent: look for "
            "the latest mail, or ask whoever sent it for a new one.",
        )
    note(account=link.incident.account.uuid, actor="partner")
    return link
