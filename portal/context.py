"""What every page's frame shows: who is signed in, in which account, and where they may go."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.access import actor_of
from accounts.actors import Actor
from accounts.selectors import accounts_of
from common.errors import NotFound

from .attention import counts_of

# section → (label, url name, icon, permission, name of its count)
NAVIGATION: list[tuple[str, list[tuple[str, str, str, str, str]]]] = [
    (
        "",
        [
            ("Overview", "portal:overview", "speedometer2", "account:read", ""),
            ("Incidents", "incidents:list", "inbox", "incidents:read", "incidents"),
        ],
    ),
    (
        "Trust",
        [
            ("Virtual hosts", "vhosts:list", "hdd-network", "hosts:read", ""),
            ("Truststores", "certificates:truststores", "shield-check", "certificates:read", ""),
            ("Keystores", "certificates:keystores", "key", "certificates:read", ""),
            ("References", "certificates:references", "link-45deg", "certificates:read", ""),
            ("Waivers", "certificates:waivers", "pause-circle", "certificates:read", ""),
            ("Uploads", "certificates:uploads", "upload", "certificates:read", ""),
        ],
    ),
    (
        "Catalog",
        [
            ("API proxies", "catalog:proxies", "plug", "proxies:read", "proxies"),
            ("Products", "catalog:products", "box-seam", "products:read", "products"),
            ("Marketplace", "marketplace:list", "shop", "marketplace:read", ""),
        ],
    ),
    (
        "Gateway",
        [
            ("Deployments", "gateway:deployments", "layers", "gateway:read", ""),
            ("Denials", "gateway:denials", "slash-circle", "gateway:read", ""),
            ("Nodes", "gateway:nodes", "diagram-3", "gateway:read", ""),
        ],
    ),
    (
        "Account",
        [
            ("People", "accounts:members", "people", "account:read", ""),
            ("Service keys", "accounts:keys", "key", "keys:manage", ""),
            ("Audit trail", "accounts:audit", "journal-text", "audit:read", ""),
        ],
    ),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Signed-out people and people without an account get an empty frame."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    try:
        actor = actor_of(request)
    except NotFound:
        return {}
    others = accounts_of(request.user).exclude(pk=actor.account.pk)
    return {
        "actor": actor,
        "account": actor.account,
        "accounts": others,
        "navigation": _sections(request, actor),
    }


def _sections(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    counts = counts_of(actor.account)
    current = request.resolver_match.view_name if request.resolver_match else ""
    app = current.split(":")[0]
    sections = []
    for label, items in NAVIGATION:
        links = [
            {
                "label": text,
                "url": reverse(name),
                "icon": icon,
                "active": _is_active(name, current, app, request.path),
                "count": counts.get(count, 0),
            }
            for text, name, icon, permission, count in items
            if actor.may(permission)
        ]
        if links:
            sections.append({"label": label, "items": links})
    return sections


def _is_active(name: str, current: str, app: str, path: str) -> bool:
    if name == current:
        return True
    home = reverse(name)
    return home != "/" and path.startswith(home)
