"""What waits for somebody: the counts in the navigation, and the overview."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Account
from accounts.selectors import audit_trail
from catalog.models import Product, Proxy
from certificates.models import Entry, Truststore
from gateway import selectors as gateway
from gateway.lifecycle import DeploymentStatus
from gateway.models import Deployment
from incidents.models import Incident
from incidents.selectors import OURS
from vhosts.selectors import hosts_of

SOON = timedelta(days=30)


def counts_of(account: Account) -> dict[str, int]:
    """How many incidents are our turn, and how many proxies and products are flagged. Three queries."""
    return {
        "incidents": Incident.objects.filter(account=account, status__in=OURS).count(),
        "proxies": Proxy.objects.filter(account=account, needs_redeploy=True).count(),
        "products": Product.objects.filter(account=account, needs_republish=True).count(),
    }


def overview_of(actor: Actor) -> dict[str, Any]:
    """Everything the overview shows, in a constant number of queries."""
    account, now = actor.account, timezone.now()
    incidents = list(
        Incident.objects.filter(account=account, status__in=OURS)
        .select_related("host")
        .order_by("changed_at")[:20]
    )
    proxies = list(
        Proxy.objects.filter(account=account)
        .filter(Q(needs_redeploy=True) | Q(deployed_digest=""))
        .order_by("name")[:20]
    )
    products = list(Product.objects.filter(account=account, needs_republish=True)[:20])
    expiring = list(
        Entry.objects.filter(
            version__in=account_current_versions(account), certificate__not_after__lt=now + SOON
        )
        .select_related("certificate", "version__truststore")
        .order_by("certificate__not_after")[:20]
    )
    return {
        "incidents": incidents,
        "proxies": proxies,
        "products": products,
        "expiring": expiring,
        "hosts": hosts_of(account)[:8],
        "host_count": hosts_of(account).count(),
        "live": gateway.live_of(account),
        "nodes": gateway.nodes(),
        "delivering": Deployment.objects.filter(
            account=account, status__in=(DeploymentStatus.DELIVERING, DeploymentStatus.READY)
        ).defer("compiled"),
        "changes": audit_trail(account)[:8] if actor.may("audit:read") else [],
        "attention_count": len(incidents) + len(proxies) + len(products) + len(expiring),
        "now": now,
    }


def account_current_versions(account: Account) -> Any:
    """The truststore versions in force, as a subquery."""
    return Truststore.objects.filter(account=account).values("current")
