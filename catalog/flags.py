"""Flags of proxies and products, stored so that a list of 100,000 is one indexed query.
Called by the gateway's worker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.actors import portal
from accounts.models import Account

from .models import Product, Proxy, ProxyHost

CHUNK = 500
STATE = ("wanted_digest", "deployed_digest", "needs_redeploy", "reasons")


@dataclass(frozen=True)
class ProxyState:
    """What the gateway knows of a proxy:
    digests of its compiled configuration today and live, and why they differ.
    """

    wanted: str
    deployed: str
    reasons: list[str]

    @property
    def needs_redeploy(self) -> bool:
        """Deployed, and not as it is today."""
        return bool(self.deployed) and self.wanted != self.deployed


def stored_states(account: Account, hosts: Collection[int] | None = None) -> dict[str, ProxyState]:
    """The states as they were stored last, by uuid: of every proxy, or of those on `hosts` (primary keys).
    One query, which makes no models."""
    rows = Proxy.objects.filter(account=account).order_by()
    if hosts is not None:
        rows = rows.filter(pk__in=ProxyHost.objects.filter(host__in=hosts).values("proxy"))
    return {
        str(uuid): ProxyState(wanted, deployed, reasons)
        for uuid, wanted, deployed, reasons in rows.values_list(
            "uuid", "wanted_digest", "deployed_digest", "reasons"
        )
    }


@transaction.atomic
def store_states(
    account: Account, states: Mapping[str, ProxyState], stored: Mapping[str, ProxyState] | None = None
) -> int:
    """Store the states of proxies (by uuid) that differ from the stored ones, and derive the flags of
    products.

    `stored`: what `stored_states` gave, when the caller has it. The work grows with what changed. Returns how
    many flags changed.
    """
    before = stored_states(account) if stored is None else stored
    new = {uuid: state for uuid, state in states.items() if uuid in before and before[uuid] != state}
    flipped = {uuid for uuid in new if new[uuid].needs_redeploy != before[uuid].needs_redeploy}
    uuids = [*new]
    for first in range(0, len(uuids), CHUNK):
        _store(account, {uuid: new[uuid] for uuid in uuids[first : first + CHUNK]}, flipped)
    return len(flipped) + flag_products(account)


def _store(account: Account, states: Mapping[str, ProxyState], flipped: Collection[str]) -> None:
    # Locked, so that one that is deleted meanwhile is not written anew.
    proxies = list(Proxy.objects.select_for_update().filter(account=account, uuid__in=[*states]))
    for proxy in proxies:
        state = states[str(proxy.uuid)]
        proxy.wanted_digest, proxy.deployed_digest = state.wanted, state.deployed
        proxy.needs_redeploy, proxy.reasons = state.needs_redeploy, state.reasons
    # An upsert: five times as fast as bulk_update, which makes a CASE of every value.
    Proxy.objects.bulk_create(proxies, update_conflicts=True, unique_fields=["pk"], update_fields=STATE)
    audit.record_many(
        portal(account),
        (
            (_act("proxy", proxy.needs_redeploy, "needs_redeploy"), proxy, {"reasons": proxy.reasons})
            for proxy in proxies
            if str(proxy.uuid) in flipped
        ),
    )


def _act(subject: str, flagged: bool, word: str) -> str:
    return f"{subject}:{word if flagged else 'in_step'}"


def flag_products(account: Account) -> int:
    """Derive the flags of products from what is stored of their proxies; returns how many changed.

    Two queries, and two more when some changed.
    """
    published = Product.objects.filter(account=account).exclude(current=None).select_related("current")
    of_products = Proxy.objects.filter(products__in=published).values_list(
        "products", "uuid", "name", "wanted_digest", "reasons"
    )
    today: dict[int, dict[str, tuple[str, str, list[str]]]] = {}
    for product, uuid, name, wanted, reasons in of_products.order_by():
        today.setdefault(product, {})[str(uuid)] = (name, wanted, reasons)
    changed, flipped = [], []
    for product in published:
        reasons = _why_republish(product, today.get(product.pk, {}))
        if reasons == product.reasons and bool(reasons) == product.needs_republish:
            continue
        if bool(reasons) != product.needs_republish:
            flipped.append(product)
        product.needs_republish, product.reasons = bool(reasons), reasons
        changed.append(product)
    Product.objects.bulk_update(changed, ("needs_republish", "reasons"), batch_size=CHUNK)
    audit.record_many(
        portal(account),
        (
            (
                _act("product", product.needs_republish, "needs_republish"),
                product,
                {"reasons": product.reasons},
            )
            for product in flipped
        ),
    )
    return len(flipped)


def _why_republish(product: Product, today: Mapping[str, tuple[str, str, list[str]]]) -> list[str]:
    """Compare the release that consumers see with the proxies of today: name, digest and reasons by uuid."""
    released: dict[str, Any] = {item["uuid"]: item for item in product.current.content["proxies"]}
    reasons = [f"{today[uuid][0]}: added" for uuid in today.keys() - released.keys()]
    reasons += [f"{released[uuid]['name']}: taken out" for uuid in released.keys() - today.keys()]
    for uuid in today.keys() & released.keys():
        name, wanted, why = today[uuid]
        if wanted != released[uuid]["digest"]:
            reasons.append(f"{name}: {'; '.join(why) or 'deployed anew since the release'}")
    return sorted(reasons)
