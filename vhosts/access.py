"""The only way views and the API obtain a host or a host request."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor
from common.errors import NotFound

from .models import HostRequest, VirtualHost
from .selectors import hosts_of


def get_host(actor: Actor, uuid: UUID | str, *, to: str = "hosts:read") -> VirtualHost:
    """A host of the actor's account."""
    actor.require(to)
    host = hosts_of(actor.account).filter(uuid=uuid).first()
    if host is None:
        raise NotFound("virtual host")
    return host


def get_deleted_host(actor: Actor, uuid: UUID | str) -> VirtualHost | None:
    """A deleted host of the actor's account, of which the history is left; None when there is none."""
    actor.require("hosts:read")
    deleted = VirtualHost.with_deleted.exclude(deleted_at=None)
    return deleted.filter(account=actor.account, uuid=uuid).first()


def get_request(actor: Actor, uuid: UUID, *, to: str = "hosts:read") -> HostRequest:
    """A host request of the actor's account."""
    actor.require(to)
    request = HostRequest.objects.filter(account=actor.account, uuid=uuid).select_related("host").first()
    if request is None:
        raise NotFound("host request")
    return request
