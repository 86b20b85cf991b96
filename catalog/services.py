"""Writes to proxies and products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.actors import Actor
from common.errors import Conflict, DomainError
from common.outbox import announce
from vhosts.models import VirtualHost

from .models import Product, Proxy, ProxyHost, Release, RemovedProxy, base_path_validator

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_PATH = re.compile(r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")


@transaction.atomic
def create_proxy(
    *,
    actor: Actor,
    name: str,
    base_path: str,
    hosts: Sequence[VirtualHost],
    target_url: str,
    description: str = "",
) -> Proxy:
    """Create a proxy on `hosts`. It is not deployed yet.
    Raises DomainError naming the field that does not fit.
    """
    proxy = Proxy(account=actor.account)
    _write_proxy(proxy, name, base_path, hosts, target_url, description)
    audit.record(actor, "proxy:created", proxy, **_facts(proxy))
    announce("proxy.changed", proxy.uuid)
    return proxy


@transaction.atomic
def change_proxy(
    *,
    actor: Actor,
    proxy: Proxy,
    name: str,
    base_path: str,
    hosts: Sequence[VirtualHost],
    target_url: str,
    description: str = "",
) -> None:
    """Change a proxy. What the gateway does changes with the next deployment, and the worker flags it
    until then.
    """
    before = _facts(proxy)
    _write_proxy(proxy, name, base_path, hosts, target_url, description)
    audit.record(actor, "proxy:changed", proxy, before=before, after=_facts(proxy))
    announce("proxy.changed", proxy.uuid)


@transaction.atomic
def delete_proxy(*, actor: Actor, proxy: Proxy) -> None:
    """Delete a proxy that is in no product. The gateway stops serving it with the next deployment."""
    products = list(proxy.products.values_list("title", flat=True))
    if products:
        raise Conflict("proxy_in_use", f"{proxy} is part of {', '.join(products)}. Take it out there first.")
    audit.record(actor, "proxy:deleted", proxy, **_facts(proxy))
    if proxy.deployed_digest:
        hosts = sorted(proxy.placements.values_list("host__name", flat=True))
        RemovedProxy.objects.create(
            account=proxy.account, name=proxy.name, base_path=proxy.base_path, hosts=hosts
        )
    proxy.delete()


def _facts(proxy: Proxy) -> dict[str, object]:
    hosts = sorted(proxy.placements.values_list("host__name", flat=True))
    return {"base_path": proxy.base_path, "target": proxy.target_url, "hosts": hosts}


def _write_proxy(
    proxy: Proxy, name: str, base_path: str, hosts: Sequence[VirtualHost], target_url: str, description: str
) -> None:
    name, base_path = name.strip(), base_path.strip() or "/"
    if not name:
        raise DomainError("name_missing", "Give the proxy a name.", field="name")
    if Proxy.objects.filter(account=proxy.account, name=name).exclude(pk=proxy.pk).exists():
        raise Conflict("proxy_exists", f"A proxy “{name}” exists. Choose another name.", field="name")
    try:
        base_path_validator(base_path)
    except ValidationError as error:
        raise DomainError("base_path_invalid", error.messages[0], field="base_path") from error
    _check_target(target_url)
    if not hosts:
        raise DomainError("host_missing", "Choose at least one host.", field="hosts")
    taken = ProxyHost.objects.filter(host__in=hosts, base_path=base_path).exclude(proxy=proxy.pk)
    for placement in taken.select_related("host", "proxy"):
        raise Conflict(
            "base_path_taken",
            f"{placement.host.name}{base_path} belongs to “{placement.proxy}”. Choose another path or host.",
            field="base_path",
        )
    proxy.name, proxy.base_path, proxy.target_url = name, base_path, target_url
    proxy.description = description
    proxy.save()
    proxy.placements.exclude(host__in=hosts).delete()
    for host in hosts:
        ProxyHost.objects.update_or_create(proxy=proxy, host=host, defaults={"base_path": base_path})


def _check_target(target_url: str) -> None:
    """As strict as the gateway, which would answer 503 for anything else (RFC 1123 names, RFC 3986 paths)."""
    try:
        parts = urlsplit(target_url)
        fits = parts.port is None or parts.port > 0
        host = parts.hostname or ""
    except ValueError:
        fits, host, parts = False, "", urlsplit("")
    if (
        not fits
        or parts.scheme not in ("http", "https")
        or not (_is_address(host) or (len(host) <= 253 and _NAME.fullmatch(host)))
        or not _PATH.fullmatch(parts.path)
        or parts.query
        or parts.fragment
    ):
        raise DomainError(
            "target_invalid",
            "Give the target as http:// or https://, a host, and if needed a port and a path. Host: letters, "
            "digits, hyphens, dots, or an address. Path: no spaces, quotes, braces; whole %-escapes.",
            field="target_url",
        )
    if parts.username or parts.password:
        raise DomainError(
            "target_invalid", "Leave user name and password out of the target.", field="target_url"
        )
    if _is_address(host) and ip_address(host).is_link_local:
        raise DomainError(
            "target_invalid",
            "Link-local addresses, where clouds keep their secrets, are no targets.",
            field="target_url",
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@transaction.atomic
def create_product(
    *, actor: Actor, name: str, title: str, description: str = "", proxies: Iterable[Proxy] = ()
) -> Product:
    """Create a product as a draft."""
    if Product.objects.filter(account=actor.account, name=name).exists():
        raise Conflict("product_exists", f"A product “{name}” exists. Choose another name.", field="name")
    product = Product.objects.create(account=actor.account, name=name, title=title, description=description)
    product.proxies.set(proxies)
    audit.record(actor, "product:created", product, proxies=[str(proxy) for proxy in proxies])
    return product


@transaction.atomic
def change_product(
    *, actor: Actor, product: Product, title: str, description: str, proxies: Iterable[Proxy]
) -> None:
    """Change a product. Consumers see it after the next publishing."""
    product.title, product.description = title, description
    product.save(update_fields=["title", "description"])
    product.proxies.set(proxies)
    audit.record(actor, "product:changed", product, proxies=[str(proxy) for proxy in proxies])
    announce("product.changed", product.uuid)


@transaction.atomic
def publish_product(*, actor: Actor, product: Product) -> Release:
    """Make a release of the product as it is deployed now.

    Raises Conflict while one of its proxies is not deployed as it stands today, or when it has none.
    """
    product = Product.objects.select_for_update().get(pk=product.pk)
    proxies = list(product.proxies.prefetch_related("placements__host"))
    if not proxies:
        raise Conflict("product_empty", f"{product} has no proxies. Add one first.")
    waiting = [proxy.name for proxy in proxies if proxy.state != "deployed"]
    if waiting:
        raise Conflict(
            "proxies_not_deployed",
            f"Deploy first: {', '.join(waiting)} would not answer as the product promises.",
        )
    last = product.releases.aggregate(last=Max("number"))["last"] or 0
    release = Release.objects.create(
        product=product, number=last + 1, content=_content(product, proxies), published_by=actor.label
    )
    product.current, product.needs_republish, product.reasons = release, False, []
    product.save(update_fields=["current", "needs_republish", "reasons"])
    audit.record(actor, "product:published", product, release=release.number)
    return release


def _content(product: Product, proxies: list[Proxy]) -> dict[str, object]:
    return {
        "title": product.title,
        "description": product.description,
        "proxies": [
            {
                "uuid": str(proxy.uuid),
                "name": proxy.name,
                "base_path": proxy.base_path,
                "digest": proxy.deployed_digest,
                "hosts": [
                    {"uuid": str(p.host.uuid), "name": p.host.name, "client_auth": p.host.client_auth}
                    for p in proxy.placements.all()
                ],
            }
            for proxy in proxies
        ],
    }
