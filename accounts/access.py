"""The only way views and the API learn who acts and obtain an account's people and keys."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from common.errors import NotFound
from common.logcontext import note

from . import actors
from .actors import Actor
from .models import Member, ServiceKey

SESSION_KEY = "account"


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request: the signed-in person in their current account, or the machine behind a token.

    Raises NotFound when the person belongs to no account.
    """
    cached = getattr(request, "_actor", None)
    if cached is None:
        cached = request._actor = _find(request)
        note(account=cached.account.uuid, actor="machine" if cached.role == "Service key" else "person")
    return cached


def _find(request: HttpRequest) -> Actor:
    token = getattr(request, "auth", None)
    key = getattr(token, "application", None)
    if isinstance(key, ServiceKey):
        return actors.machine(key, token.scope.split())
    mine = Member.objects.filter(user=request.user).select_related("account", "user").order_by("id")
    wanted = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    member = (mine.filter(account__uuid=wanted).first() if wanted else None) or mine.first()
    if member is None:
        raise NotFound("account", "You belong to no account yet. Ask an administrator to add you.")
    return actors.person(member)


def choose_account(request: HttpRequest, account_uuid: UUID) -> None:
    """Make another of the person's accounts the current one. Raises NotFound for anybody else's."""
    if not Member.objects.filter(user=request.user, account__uuid=account_uuid).exists():
        raise NotFound("account", "There is no such account, or you do not belong to it.")
    request.session[SESSION_KEY] = str(account_uuid)


def get_member(actor: Actor, uuid: UUID, *, to: str) -> Member:
    """A person of the actor's account."""
    actor.require(to)
    member = Member.objects.filter(account=actor.account, uuid=uuid).select_related("user").first()
    if member is None:
        raise NotFound("person")
    return member


def get_service_key(actor: Actor, uuid: UUID, *, to: str = "keys:manage") -> ServiceKey:
    """A service key of the actor's account."""
    actor.require(to)
    key = ServiceKey.objects.filter(account=actor.account, uuid=uuid).first()
    if key is None:
        raise NotFound("service key")
    return key
