"""Compiling an account as it is today, and what that means against what is live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import certifi
from django.db import transaction

from accounts.models import Account
from catalog import flags
from catalog.models import Proxy
from common.transitions import move
from vhosts.models import VirtualHost
from vhosts.selectors import leaving

from . import snapshot
from .lifecycle import DeploymentStatus
from .models import Deployment
from .translation.compile import compile_snapshot
from .translation.outcome import Compiled, CompiledHost, CompiledProxy
from .translation.reasons import reasons


@cache
def upstream_roots() -> str:
    """The public roots (PEM) that https targets are checked against."""
    return Path(certifi.where()).read_text()


def compile_account(
    account: Account,
    at: datetime,
    *,
    live: Deployment | None,
    refused: Mapping[str, str] | None = None,
) -> Compiled:
    """Translate an account's hosts and proxies as they are now. A host that cannot be rendered keeps what is
    `live`. `refused`: what Envoy said against hosts, by uuid."""
    return compile_snapshot(
        snapshot.take(account),
        at,
        upstream_roots=upstream_roots(),
        live=live.compiled if live else None,
        refused=refused,
    )


def live_deployment(account: Account) -> Deployment | None:
    """What the nodes were last proven to serve."""
    return Deployment.objects.filter(account=account, status=DeploymentStatus.LIVE).first()


@transaction.atomic
def reflag(account: Account, at: datetime) -> int:
    """Compare every proxy's compiled configuration with the live one and store the flags. Returns how many
    changed.

    A proxy is flagged exactly when the digests differ.
    """
    Account.objects.select_for_update().get(pk=account.pk)  # a slow sweep must not overwrite newer flags
    live = live_deployment(account)
    today = compile_account(account, at, live=live)
    for plan in Deployment.objects.filter(account=account, status=DeploymentStatus.READY).exclude(
        digest=today.digest
    ):
        move(plan, DeploymentStatus.SUPERSEDED, actor="Portal", reason="something changed since; plan again")
    deployed = live.compiled["proxies"] if live else {}
    states = {}
    for uuid, wanted in today.proxies.items():
        before = deployed.get(uuid)
        digest = before["digest"] if before else ""
        why = reasons(before["facts"], wanted.facts) if before and digest != wanted.digest else []
        states[uuid] = flags.ProxyState(wanted.digest, digest, why)
    _release_names(account, at)
    return flags.store_states(account, states)


def _release_names(account: Account, at: datetime) -> None:
    """Free the names of deleted hosts that no deployment serves, or may serve, any more."""
    waiting = list(leaving(account))
    if not waiting:
        return
    ended = (DeploymentStatus.SUPERSEDED, DeploymentStatus.REJECTED)
    held = Deployment.objects.filter(account=account).exclude(status__in=ended)
    served = {uuid for hosts in held.values_list("compiled__hosts", flat=True) for uuid in hosts or ()}
    gone = [host.pk for host in waiting if str(host.uuid) not in served]
    VirtualHost.with_deleted.filter(pk__in=gone).update(released_at=at)


def changes(old: dict[str, Any] | None, new: Compiled) -> list[dict[str, Any]]:
    """What a deployment would change for people: a row per host and proxy that differs.

    Each row: `what` ("host" or "proxy"), `uuid`, `name`, `kind` (new, changed, removed, kept) and `reasons`
    (sentences). A host that must keep what is live is a row of its own, kind "kept".
    """
    old = old or {"hosts": {}, "proxies": {}}
    names = {
        str(uuid): name
        for uuid, name in Proxy.objects.filter(uuid__in=[*new.proxies]).values_list("uuid", "name")
    }
    rows = [
        {"what": "host", "uuid": uuid, "name": new.hosts[uuid].name, "kind": "kept", "reasons": why}
        for uuid, why in new.kept.items()
    ]
    for what, before, after in (("host", old["hosts"], new.hosts), ("proxy", old["proxies"], new.proxies)):
        for uuid in [*after, *(set(before) - set(after))]:
            was, becomes = before.get(uuid), after.get(uuid)
            if was and becomes and was["digest"] == becomes.digest:
                continue
            kind = "changed" if was and becomes else "new" if becomes else "removed"
            why = _why(what, was, becomes) if was and becomes else []
            name = becomes.name if what == "host" and becomes else names.get(uuid) or _former_name(what, was)
            rows.append({"what": what, "uuid": uuid, "name": name, "kind": kind, "reasons": why})
    return rows


def _why(what: str, was: dict[str, Any], becomes: CompiledHost | CompiledProxy) -> list[str]:
    renamed = what == "host" and was["name"] != becomes.name
    if renamed and was["facts"] == becomes.facts:
        return [f"name {was['name']} → {becomes.name}"]
    said = reasons(was["facts"], becomes.facts)
    return [f"name {was['name']} → {becomes.name}", *said] if renamed else said


def _former_name(what: str, was: dict[str, Any]) -> str:
    return was["name"] if what == "host" else was["facts"].get("base path", "a deleted proxy")
