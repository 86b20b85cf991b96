"""What the catalog knows of a host, for the pages of the layers below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.db.models import Count, Q

from vhosts.models import VirtualHost

from .. import selectors
from ..models import Product, ProxyHost
from .trust_map import Map, draw

register = template.Library()

DRAWN = 20  # proxies read for a picture or a panel; a host may have thousands


@register.simple_tag
def proxies_on(host: VirtualHost) -> dict[str, Any]:
    """The first proxies on a host with their products, `shown`; `count` of all, and how many are `left`."""
    found = selectors.proxies_on(host)
    shown, count = list(found[:DRAWN]), found.count()
    return {"shown": shown, "count": count, "left": count - len(shown)}


@register.simple_tag
def published_on(host: VirtualHost) -> list[Product]:
    """The products that consumers find on a host."""
    return [product for product in selectors.products_on(host) if product.current_id]


@register.simple_tag
def proxy_counts(hosts: Iterable[VirtualHost]) -> dict[int, dict[str, int]]:
    """For each host (by primary key) how many proxies it has, `all`, and how many wait for a deployment,
    `flagged`. One query."""
    waiting = Q(proxy__needs_redeploy=True) | Q(proxy__deployed_digest="")
    rows = ProxyHost.objects.filter(host__in=[host.pk for host in hosts]).order_by().values("host")
    counted = rows.annotate(all=Count("pk"), flagged=Count("pk", filter=waiting))
    return {row["host"]: {"all": row["all"], "flagged": row["flagged"]} for row in counted}


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value under a key that a template can only name; nothing when it is missing."""
    return mapping.get(key, "") if mapping else ""


@register.inclusion_tag("catalog/_on_host.html", takes_context=True)
def host_proxies(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The panel “API proxies on this host”: state, why, product; the flagged ones first."""
    found = selectors.proxies_on(host)
    waiting = Q(needs_redeploy=True) | Q(deployed_digest="")
    return {
        "host": host,
        "actor": context.get("actor"),
        "proxies": found.order_by("-needs_redeploy", "base_path")[:DRAWN],
        "total": found.count(),
        "flagged": found.filter(waiting).count(),
    }


@register.inclusion_tag("catalog/_trust_map.html")
def trust_map(host: VirtualHost) -> dict[str, Map]:
    """The panel “What trusts what”: from the host to its products, as a drawing and as a list."""
    proxies = selectors.proxies_on(host)
    counts = proxies.count(), selectors.products_on(host).count()
    return {"map": draw(host, list(proxies[:DRAWN]), *counts)}
