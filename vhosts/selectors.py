"""Reads of hosts and host requests."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Account
from certificates.models import Truststore

from .models import HostRequest, VirtualHost


def hosts_of(account: Account, *, search: str = "") -> QuerySet[VirtualHost]:
    """The hosts of an account, the default host first; `search` looks into name and truststore."""
    hosts = VirtualHost.objects.filter(account=account).select_related(
        "account", "truststore__current", "reference__truststore__current", "keystore"
    )
    if search:
        hosts = hosts.filter(
            Q(name__icontains=search)
            | Q(truststore__name__icontains=search)
            | Q(reference__name__icontains=search)
        )
    return hosts


def hosts_trusting(store: Truststore) -> QuerySet[VirtualHost]:
    """The hosts whose clients a truststore decides about, by name or through a reference."""
    return VirtualHost.objects.filter(Q(truststore=store) | Q(reference__truststore=store)).select_related(
        "reference", "truststore"
    )


def requests_of(account: Account) -> QuerySet[HostRequest]:
    """The host requests of an account, newest first."""
    return HostRequest.objects.filter(account=account).select_related("host")
