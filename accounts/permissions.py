"""Who may do what: the one table. A role of a person and a scope of a service key speak the same words."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """What a person is in an account."""

    ADMINISTRATOR = "administrator", "Administrator"
    CONFIGURATOR = "configurator", "Configurator"
    DEVELOPER = "developer", "Developer"
    PROCESSOR = "processor", "Processor"
    AUDITOR = "auditor", "Auditor"
    CONSUMER = "consumer", "Consumer"


_A, _C, _D, _P, _U, _X = (
    Role.ADMINISTRATOR,
    Role.CONFIGURATOR,
    Role.DEVELOPER,
    Role.PROCESSOR,
    Role.AUDITOR,
    Role.CONSUMER,
)
_STAFF = {_A, _C, _D, _P, _U}

# permission → (what it allows, the roles that have it)
PERMISSIONS: dict[str, tuple[str, set[Role]]] = {
    "account:read": ("see the account and its people", _STAFF),
    "account:manage": ("add people, give and take roles", {_A}),
    "keys:manage": ("create and revoke service keys", {_A}),
    "audit:read": ("read the audit trail", {_A, _P, _U}),
    "hosts:read": ("see virtual hosts and host requests", _STAFF),
    "hosts:request": ("ask for virtual hosts to be created, changed or deleted", {_A, _P}),
    "certificates:read": ("see truststores, references, keystores and uploads", _STAFF),
    "certificates:change": ("change truststores and references, upload certificates", {_A, _C, _P}),
    "certificates:waive": ("waive a needless refusal of a certificate, for a time", {_A, _P}),
    "keystores:change": ("import, replace and delete server keys", {_A}),
    "proxies:read": ("see API proxies", _STAFF),
    "proxies:change": ("create and change API proxies", {_A, _D}),
    "products:read": ("see products in every state", _STAFF),
    "products:change": ("create, change and publish products", {_A, _C, _D}),
    "gateway:read": ("see deployments, nodes and what the gateway saw", _STAFF),
    "gateway:deploy": ("plan and start deployments", {_A, _D, _P}),
    "gateway:deny": ("refuse a certificate on every host at once, and take that back", {_A, _P}),
    "incidents:read": ("see incidents", _STAFF),
    "incidents:raise": ("raise incidents and comment on them", {_A, _D, _P}),
    "incidents:process": ("work the queue: links, acceptance, closing", {_A, _P}),
    "marketplace:read": ("read the pages of published products", _STAFF | {_X}),
}

# What somebody has to answer for by name: no service key can have it.
PERSONS_ONLY = frozenset({"certificates:waive"})
# scope of a service key → what it allows
SCOPES = {code: allows for code, (allows, _) in PERMISSIONS.items() if code not in PERSONS_ONLY}


def granted_to(role: str) -> frozenset[str]:
    """The permissions of a role."""
    return frozenset(code for code, (_, roles) in PERMISSIONS.items() if role in roles)


def roles_with(permission: str) -> list[str]:
    """The labels of the roles that have a permission, for a refusal that says whom to ask."""
    return [role.label for role in Role if role in PERMISSIONS[permission][1]]
