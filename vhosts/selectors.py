"""Reads of hosts and host requests."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Account
from certificates.models import Truststore

from .models import HostRequest, VirtualHost


def hosts_of(account: Account, *, search: str = "") -> QuerySet[VirtualHost]:
    """The hosts of an account, the default host first; `search` looks into name and truststore."""
    hosts = VirtualHost.objects.filter(account=account).select_related(
        "account",
        "truststore__current",
        "reference__truststore__current",
        "keystore",
        "keystore_reference__keystore",
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


def quota_of(account: Account) -> dict[str, int]:
    """How many hosts beside the default one the account has (`used`), may have (`quota`), and `left`."""
    used = VirtualHost.objects.filter(account=account, is_default=False).count()
    return {"used": used, "quota": account.host_quota, "left": max(account.host_quota - used, 0)}


def leaving(account: Account) -> QuerySet[VirtualHost]:
    """Deleted hosts that the gateway serves until the next deployment."""
    return VirtualHost.with_deleted.filter(account=account, released_at=None).exclude(deleted_at=None)


def requests_of(account: Account, *, search: str = "") -> QuerySet[HostRequest]:
    """The host requests of an account, newest first; `search` looks into the names of hosts and who asked."""
    requests = HostRequest.objects.filter(account=account).select_related("host")
    if search:
        found = Q(host__name__icontains=search) | Q(wish__alias__icontains=search)
        requests = requests.filter(found | Q(actor__icontains=search))
    return requests
