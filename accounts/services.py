"""Writes to accounts, people and service keys."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from oauth2_provider.generators import generate_client_secret

from common.errors import Conflict, DomainError

from . import audit
from .actors import Actor, portal
from .models import Account, Member, ServiceKey, SeverityProfile, User
from .permissions import SCOPES, Role, granted_to


@dataclass(frozen=True)
class NewKey:
    """A service key just made. `client_secret` is in the clear here and nowhere else, once."""

    key: ServiceKey
    client_secret: str

    def __repr__(self) -> str:
        return f"NewKey({self.key.name})"


@transaction.atomic
def onboard_account(*, name: str, subdomain: str, region: str, gateway_domain: str) -> Account:
    """Create an account. Its server key and default host come with `portal.onboarding`, which composes the
    layers.
    """
    account = Account(name=name, subdomain=subdomain, region=region, gateway_domain=gateway_domain)
    account.full_clean()
    account.save()
    audit.record(portal(account), "account:onboarded", account, subdomain=subdomain)
    return account


@transaction.atomic
def set_severity_profile(*, actor: Actor, profile: str) -> None:
    """Make the judge of certificates stricter or more lenient for the actor's account, from the next
    upload on.

    What is a hole stays refused in every profile. Raises DomainError for an unknown one.
    """
    if profile not in SeverityProfile.values:
        raise DomainError(
            "profile_unknown", f"Choose one of {', '.join(SeverityProfile.values)}.", field="severity_profile"
        )
    account = actor.account
    old, account.severity_profile = account.severity_profile, profile
    account.save(update_fields=["severity_profile"])
    audit.record(actor, "account:severity_profile_changed", account, old=old, new=profile)


@transaction.atomic
def set_host_quota(*, actor: Actor, quota: int) -> None:
    """Let the actor's account have `quota` hosts beside its default host. Hosts that are there stay.

    For whoever runs the installation, and for the queue that an account asks.
    """
    account = actor.account
    old, account.host_quota = account.host_quota, quota
    account.save(update_fields=["host_quota"])
    audit.record(actor, "account:host_quota_changed", account, old=old, new=quota)


@transaction.atomic
def add_member(*, actor: Actor, email: str, full_name: str, role: str) -> tuple[Member, bool]:
    """Add a person to the actor's account. Returns the member and whether the person is new to the portal.

    Raises DomainError for an unknown role and Conflict for a person who is a member already.
    """
    _may_give(actor, role)
    user = User.objects.filter(email=email.lower()).first()
    is_new = user is None
    if user is None:
        user = User.objects.create_user(email=email, full_name=full_name)
    if Member.objects.filter(account=actor.account, user=user).exists():
        raise Conflict("member_exists", f"{email} belongs to {actor.account} already.", field="email")
    member = Member.objects.create(account=actor.account, user=user, role=role)
    audit.record(actor, "member:added", member, email=user.email, role=role)
    return member, is_new


def _may_give(actor: Actor, role: str) -> None:
    """A role must exist, and hold nothing that the actor does not have; the portal itself may give all."""
    if role not in Role.values:
        raise DomainError("role_unknown", f"Choose one of {', '.join(Role.values)}.", field="role")
    beyond = sorted(granted_to(role) - actor.permissions)
    if beyond and actor.permissions:
        text = f"You cannot give a role that may do more than you: {', '.join(beyond)}."
        raise DomainError("role_not_yours", text, field="role")


@transaction.atomic
def change_role(*, actor: Actor, member: Member, role: str) -> None:
    """Give a person another role. Raises Conflict when the account would be left without an administrator."""
    _may_give(actor, role)
    _keep_an_administrator(member, role)
    old, member.role = member.role, role
    member.save(update_fields=["role"])
    audit.record(actor, "member:role_changed", member, old=old, new=role)


@transaction.atomic
def remove_member(*, actor: Actor, member: Member) -> None:
    """Take a person out of the account. Raises Conflict for its last administrator."""
    _keep_an_administrator(member, None)
    audit.record(actor, "member:removed", member, email=member.user.email)
    member.delete()


def _keep_an_administrator(member: Member, role: str | None) -> None:
    if member.role != Role.ADMINISTRATOR or role == Role.ADMINISTRATOR:
        return
    others = Member.objects.select_for_update().filter(account=member.account, role=Role.ADMINISTRATOR)
    if not others.exclude(pk=member.pk).exists():
        raise Conflict(
            "last_administrator", "The last administrator must stay. Make somebody else one first."
        )


@transaction.atomic
def create_service_key(*, actor: Actor, name: str, scopes: list[str]) -> NewKey:
    """Create an OAuth2 client-credentials client. Raises DomainError for a scope that does not exist or is
    not the
    actor's own to give."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        what = f"Unknown: {', '.join(unknown)}. " if unknown else "Choose at least one scope. "
        raise DomainError("scope_unknown", f"{what}The scopes are {', '.join(SCOPES)}.", field="scopes")
    beyond = sorted(set(scopes) - actor.permissions)
    if beyond and actor.permissions:
        raise DomainError(
            "scope_not_yours", f"You cannot give what you do not have: {', '.join(beyond)}.", field="scopes"
        )
    secret = generate_client_secret()
    key = ServiceKey.objects.create(
        account=actor.account,
        name=name,
        scopes=sorted(set(scopes)),
        client_type=ServiceKey.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ServiceKey.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    audit.record(actor, "service_key:created", key, scopes=key.scopes)
    return NewKey(key, secret)


@transaction.atomic
def revoke_service_key(*, actor: Actor, key: ServiceKey) -> None:
    """Refuse the key and every token it obtained, from now on. Raises Conflict when it is revoked already."""
    if not ServiceKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise Conflict("key_revoked", "This key is revoked already.")
    key.accesstoken_set.all().delete()
    audit.record(actor, "service_key:revoked", key)
    key.refresh_from_db()
