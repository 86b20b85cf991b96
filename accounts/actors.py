"""Who acts: a person in their account, a machine with its key, or the portal itself."""

from __future__ import annotations

from dataclasses import dataclass

from common.errors import Forbidden, NotFound

from .models import Account, Member, ServiceKey
from .permissions import PERSONS_ONLY, granted_to, roles_with


@dataclass(frozen=True)
class Actor:
    """An acting person or machine in one account. `label` is what the audit trail shows."""

    account: Account
    label: str
    permissions: frozenset[str]
    role: str = ""

    def may(self, permission: str) -> bool:
        """Whether the permission is theirs."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden, naming who could do it, unless the permission is theirs."""
        if self.may(permission):
            return
        if not self.permissions:
            raise NotFound("page")
        keys = "A service key needs it as a scope."
        if permission in PERSONS_ONLY:
            keys = "Only a person can have it, who answers for it by name; a service key never can."
        raise Forbidden(
            "forbidden",
            f"This needs the permission {permission}. In {self.account} these roles have it: "
            f"{', '.join(roles_with(permission))}. {keys}",
        )


def person(member: Member) -> Actor:
    """The actor that a signed-in person is in the account of `member`."""
    return Actor(member.account, str(member.user), granted_to(member.role), member.get_role_display())


def machine(key: ServiceKey, scopes: list[str]) -> Actor:
    """The actor behind a bearer token: no more than the token's scopes, and no more than the key's today."""
    granted = frozenset(scopes) & frozenset(key.scopes) - PERSONS_ONLY
    return Actor(key.account, f"service key {key.name}", granted, "Service key")


def portal(account: Account) -> Actor:
    """The portal acting by itself: sweeps, evidence, the worker."""
    return Actor(account, "Portal", frozenset(), "Portal")
