"""Reads of accounts, people, keys and the audit trail."""

from __future__ import annotations

from django.db.models import QuerySet

from .models import Account, AuditEntry, Member, ServiceKey, User


def members_of(account: Account) -> QuerySet[Member]:
    """The people of an account."""
    return Member.objects.filter(account=account).select_related("user").order_by("user__email")


def accounts_of(user: User) -> QuerySet[Account]:
    """The accounts a person belongs to."""
    return Account.objects.filter(pk__in=Member.objects.filter(user=user).values("account"))


def service_keys_of(account: Account) -> QuerySet[ServiceKey]:
    """The service keys of an account, newest first, revoked ones included."""
    return ServiceKey.objects.filter(account=account).order_by("-created")


def audit_trail(account: Account, *, search: str = "") -> QuerySet[AuditEntry]:
    """The audit trail of an account, newest first; `search` narrows it to an actor, an act, a subject, or a
    request by its id.
    """
    trail = AuditEntry.objects.filter(account=account)
    if search:
        trail = (
            trail.filter(actor__icontains=search)
            | trail.filter(action__icontains=search)
            | trail.filter(subject__icontains=search)
            | trail.filter(request_id=search)
        )
    return trail.order_by("-id")
