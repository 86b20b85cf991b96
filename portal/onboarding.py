"""Bringing a new account in: it composes what the layers below offer."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import portal
from accounts.models import Account
from accounts.services import onboard_account, set_host_quota
from certificates.services.keystores import ensure_default_keystore
from vhosts.services import ensure_default_host


@transaction.atomic
def onboard(
    *, name: str, subdomain: str, region: str, gateway_domain: str, host_quota: int | None = None
) -> Account:
    """Create an account with the keystore of its default domain and its default host.
    `host_quota`: how many hosts it may have beside that; None for the usual number.

    Raises django.core.exceptions.ValidationError for a subdomain or a domain that is taken or malformed.
    """
    account = onboard_account(name=name, subdomain=subdomain, region=region, gateway_domain=gateway_domain)
    ensure_default_keystore(actor=portal(account))
    ensure_default_host(actor=portal(account))
    if host_quota is not None:
        set_host_quota(actor=portal(account), quota=host_quota)
    return account
