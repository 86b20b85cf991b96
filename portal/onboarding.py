"""Bringing a new account in: it composes what the layers below offer."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import portal
from accounts.models import Account
from accounts.services import onboard_account
from certificates.services.keystores import ensure_default_keystore
from vhosts.services import ensure_default_host


@transaction.atomic
def onboard(*, name: str, subdomain: str, region: str, gateway_domain: str) -> Account:
    """Create an account with the keystore of its default domain and its default host.

    Raises django.core.exceptions.ValidationError for a subdomain or a domain that is taken or malformed.
    """
    account = onboard_account(name=name, subdomain=subdomain, region=region, gateway_domain=gateway_domain)
    ensure_default_keystore(actor=portal(account))
    ensure_default_host(actor=portal(account))
    return account
