"""Flags of proxies and products, stored so that a list of 100,000 is one indexed query.
Called by the gateway's worker.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.actors import portal
from accounts.models import Account

from .models import Product, Proxy


@dataclass(frozen=True)
class ProxyState:
    """What the gateway knows of a proxy:
    digests of its compiled configuration today and live, and why they differ.
    """

    wanted: str
    deployed: str
    reasons: list[str]


@transaction.atomic
def store_states(account: Account, states: dict[str, ProxyState]) -> int:
    """Store the state of each proxy (by uuid) and derive the flags of the products.
    Returns how many flags changed.
    """
    changed = 0
    proxies = {str(proxy.uuid): proxy for proxy in Proxy.objects.filter(account=account)}
    for uuid, proxy in proxies.items():
        state = states.get(uuid)
        if state is None:
            continue
        flagged = bool(state.deployed) and state.wanted != state.deployed
        before = (proxy.wanted_digest, proxy.deployed_digest, proxy.reasons)
        if before == (state.wanted, state.deployed, state.reasons):
            continue
        if flagged != proxy.needs_redeploy:
            changed += 1
            act = "proxy:needs_redeploy" if flagged else "proxy:in_step"
            audit.record(portal(account), act, proxy, reasons=state.reasons)
        proxy.wanted_digest, proxy.deployed_digest = state.wanted, state.deployed
        proxy.needs_redeploy, proxy.reasons = flagged, state.reasons
        proxy.save(update_fields=["wanted_digest", "deployed_digest", "needs_redeploy", "reasons"])
    return changed + _flag_products(account)


def _flag_products(account: Account) -> int:
    changed = 0
    published = Product.objects.filter(account=account).exclude(current=None)
    for product in published.select_related("current").prefetch_related("proxies"):
        reasons = _why_republish(product)
        if reasons == product.reasons and bool(reasons) == product.needs_republish:
            continue
        if bool(reasons) != product.needs_republish:
            changed += 1
            act = "product:needs_republish" if reasons else "product:in_step"
            audit.record(portal(account), act, product, reasons=reasons)
        product.needs_republish, product.reasons = bool(reasons), reasons
        product.save(update_fields=["needs_republish", "reasons"])
    return changed


def _why_republish(product: Product) -> list[str]:
    """Compare the release that consumers see with the proxies of today."""
    released = {item["uuid"]: item for item in product.current.content["proxies"]}
    today = {str(proxy.uuid): proxy for proxy in product.proxies.all()}
    reasons = [f"{today[uuid]}: added" for uuid in today.keys() - released.keys()]
    reasons += [f"{released[uuid]['name']}: taken out" for uuid in released.keys() - today.keys()]
    for uuid in today.keys() & released.keys():
        proxy = today[uuid]
        if proxy.wanted_digest != released[uuid]["digest"]:
            why = "; ".join(proxy.reasons) or "deployed anew since the release"
            reasons.append(f"{proxy}: {why}")
    return sorted(reasons)
