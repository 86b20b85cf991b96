"""Reads of proxies and products."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Account
from vhosts.models import VirtualHost

from .models import Product, Proxy, ProxyHost


def _with_places(proxies: QuerySet[Proxy]) -> QuerySet[Proxy]:
    places = ProxyHost.objects.select_related("host").order_by("host__name")
    return proxies.prefetch_related(Prefetch("placements", places), "products")


def proxies_of(account: Account, *, search: str = "", state: str = "") -> QuerySet[Proxy]:
    """The proxies of an account with hosts and products; `state` is one of Proxy.state's words."""
    proxies = Proxy.objects.filter(account=account)
    if search:
        proxies = proxies.filter(
            Q(name__icontains=search) | Q(base_path__icontains=search) | Q(hosts__name__icontains=search)
        ).distinct()
    if state == "not deployed":
        proxies = proxies.filter(deployed_digest="")
    elif state == "needs redeploy":
        proxies = proxies.filter(needs_redeploy=True)
    elif state == "deployed":
        proxies = proxies.filter(needs_redeploy=False).exclude(deployed_digest="")
    return _with_places(proxies).order_by("name")


def proxies_on(host: VirtualHost) -> QuerySet[Proxy]:
    """The proxies on a host."""
    return _with_places(Proxy.objects.filter(placements__host=host)).order_by("base_path")


def products_of(account: Account, *, search: str = "") -> QuerySet[Product]:
    """The products of an account with their proxies."""
    products = Product.objects.filter(account=account).select_related("current").prefetch_related("proxies")
    if search:
        products = products.filter(Q(title__icontains=search) | Q(name__icontains=search))
    return products.order_by("title")


def products_on(host: VirtualHost) -> QuerySet[Product]:
    """The products that publish something on a host."""
    return (
        Product.objects.filter(proxies__placements__host=host)
        .select_related("current")
        .distinct()
        .order_by("title")
    )


def published_products(account: Account) -> QuerySet[Product]:
    """The products that consumers see."""
    return (
        Product.objects.filter(account=account)
        .exclude(current=None)
        .select_related("current")
        .order_by("title")
    )
