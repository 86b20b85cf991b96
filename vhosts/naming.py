"""What a host may be called: an alias under the account's default domain, or a custom domain."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from accounts.models import Account
from common.errors import Conflict, DomainError

from .models import VirtualHost, alias_validator

FIELD = "virtualHostUrl"  # as the documented body calls it
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check_alias(alias: str) -> None:
    """Raise DomainError unless `alias` may be one: 63 letters, digits and inner hyphens."""
    if len(alias) > 63:
        raise DomainError(
            "VHR_VIRTUALHOST_ALIAS_LENGTH_GREATER_THAN_63_CHARS",
            f"The alias has {len(alias)} characters. Use 63 at most.",
            field=FIELD,
        )
    try:
        alias_validator(alias)
    except ValidationError as error:
        raise DomainError("VIRTUAL_HOST_CREATE_ERROR", error.messages[0], field=FIELD) from error


def check_domain(account: Account, name: str) -> None:
    """Raise DomainError unless `name` may be a custom domain of `account` (RFC 1123, section 2.1)."""
    sentence = _why_no_domain(account, name)
    if sentence:
        raise DomainError("VIRTUAL_HOST_CREATE_ERROR", sentence, field=FIELD)


def _why_no_domain(account: Account, name: str) -> str:
    labels = name.split(".")
    if not name.isascii():
        return "Write the name as DNS knows it, in letters, digits and hyphens (an IDN begins with xn--)."
    if name.startswith("*."):
        return "A host has one name of its own. Leave the wildcard to the certificate."
    if len(name) > 253:
        return f"The name has {len(name)} characters. DNS takes 253 at most."
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return (
            "Give a full DNS name such as api.example.com: labels of lower-case letters, digits and inner "
            "hyphens, 63 at most each, and no dot at the end."
        )
    domain = account.gateway_domain
    if name == domain or name.endswith(f".{domain}"):
        return f"{name} is under the default domain {domain}. Give the alias alone, without a custom domain."
    parents = [".".join(labels[start:]) for start in range(len(labels))]
    if Account.objects.filter(gateway_domain__in=parents).exists():
        return f"{name} is under the default domain of another account. Choose a name of your own domain."
    return ""


def take_name(host: VirtualHost, alias: str, *, is_custom: bool) -> None:
    """Call `host` (saved or not) so. Raises DomainError when the name does not fit, Conflict when it is
    taken: by a host of any account, or by a deleted host of another one that the gateway still serves.
    """
    alias = alias.strip().lower() if is_custom else alias
    if is_custom:
        check_domain(host.account, alias)
    else:
        check_alias(alias)
    name = alias if is_custom else f"{alias}.{host.account.gateway_domain}"
    holder = VirtualHost.with_deleted.filter(name=name, released_at=None).exclude(pk=host.pk).first()
    if holder and holder.account_id == host.account_id and holder.deleted_at:
        holder.released_at = holder.deleted_at  # its own account takes the name over at once
        holder.save(update_fields=["released_at"])
    elif holder and holder.account_id == host.account_id:
        sentence = f"A virtual host “{alias}” exists. Choose another name, or update that host."
        raise Conflict("VIRTUAL_HOST_CREATE_ERROR", sentence, field=FIELD)
    elif holder:
        sentence = f"{name} is taken. If it is yours, ask whoever runs this gateway."
        raise Conflict("VIRTUAL_HOST_CREATE_ERROR", sentence, field=FIELD)
    host.alias, host.name, host.is_custom = alias, name, is_custom


def dns_target(account: Account) -> str:
    """Where a custom domain's CNAME leads: a name under the account's default domain, whose wildcard in DNS
    leads to the gateway.
    """
    return f"default.{account.gateway_domain}"
