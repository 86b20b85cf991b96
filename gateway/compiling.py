"""Compiling an account as it is today, and what that means against what is live."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import certifi
from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import Account
from catalog import flags
from catalog.models import Proxy
from vhosts.models import VirtualHost
from vhosts.selectors import leaving

from . import snapshot
from .blame import Blame
from .lifecycle import DeploymentStatus
from .models import Deployment
from .superseding import supersede
from .translation.compile import compile_snapshot
from .translation.outcome import Compiled
from .translation.reasons import reasons

LEFT_OUT = "left out"
CHANGED = "something changed since; plan again"


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

    A proxy is flagged exactly when the digests differ; the reasons name who made the difference.
    """
    Account.objects.select_for_update().get(pk=account.pk)  # a slow sweep must not overwrite newer flags
    live = live_deployment(account)
    today = compile_account(account, at, live=live)
    _supersede_outdated(account, at, today.digest, live)
    deployed = live.compiled["proxies"] if live else {}
    stored = flags.stored_states(account)
    blame = Blame(account)
    states = {}
    for uuid, wanted in today.proxies.items():
        before = deployed.get(uuid)
        digest = before["digest"] if before else ""
        why = blame.reasons(uuid, before["facts"], wanted.facts) if before and digest != wanted.digest else []
        states[uuid] = flags.ProxyState(wanted.digest, digest, why)
    _release_names(account, at)
    return flags.store_states(account, states, stored)


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


@transaction.atomic
def reflag_hosts(account: Account, hosts: Collection[int], at: datetime) -> int:
    """`reflag` for a change that cannot reach further than these hosts (primary keys) and the proxies on
    them: a truststore, a reference, a host. The work grows with the change and not with the account.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    part = snapshot.take(account, around=hosts)
    today = compile_snapshot(part, at, upstream_roots=upstream_roots(), live=None)
    if any(problem.effect == LEFT_OUT for problem in today.problems):
        return reflag(account, at)  # what is kept of such a host only the live deployment tells
    _supersede_differing(account, hosts, today)
    stored = flags.stored_states(account, hosts)
    differing = [
        uuid
        for uuid, state in stored.items()
        if uuid in today.proxies and state.deployed and state.deployed != today.proxies[uuid].digest
    ]
    facts = live_facts(account, differing)
    blame = Blame(account)
    states = {}
    for uuid, state in stored.items():
        if uuid in today.proxies:
            wanted = today.proxies[uuid]
            why = blame.reasons(uuid, facts[uuid], wanted.facts) if uuid in facts else []
            states[uuid] = flags.ProxyState(wanted.digest, state.deployed, why)
    return flags.store_states(account, states, stored)


def live_facts(account: Account, proxies: Collection[str]) -> dict[str, Any]:
    """The facts of some proxies (uuids) as they are on the gateway."""
    if not proxies:
        return {}
    live = live_proxies(account)
    return {uuid: live[uuid]["facts"] for uuid in proxies if uuid in live}


def _supersede_differing(account: Account, hosts: Collection[int], today: Compiled) -> None:
    """Plans in which one of these hosts is otherwise than today."""
    uuids = VirtualHost.objects.filter(pk__in=hosts).values_list("uuid", flat=True)
    chains = {
        str(uuid): today.hosts[str(uuid)].chain_digest if str(uuid) in today.hosts else None for uuid in uuids
    }
    for plan in _unstarted_of_today(account).annotate(planned=F("compiled__hosts")):
        if any(plan.planned.get(uuid, {}).get("chain_digest") != digest for uuid, digest in chains.items()):
            supersede(plan, by="Portal", reason=CHANGED)


def live_proxies(account: Account) -> dict[str, Any]:
    """Digest and facts of each proxy on the gateway, by uuid. One query, which reads no chain."""
    live = Deployment.objects.filter(account=account, status=DeploymentStatus.LIVE)
    return live.values_list("compiled__proxies", flat=True).first() or {}


def _supersede_outdated(account: Account, at: datetime, digest: str, live: Deployment | None) -> None:
    for plan in _unstarted_of_today(account).exclude(digest=digest).annotate(told=F("compiled__problems")):
        refused = _refused_in(plan)
        # What Envoy refused of it is no change: without it, is the account as it was when planned?
        if refused and compile_account(account, at, live=live, refused=refused).digest == plan.digest:
            continue
        supersede(plan, by="Portal", reason=CHANGED)


def _refused_in(plan: Deployment) -> dict[str, str]:
    """The hosts (uuid) of a plan (with its problems as `told`) that Envoy refused."""
    names = {told["host"]: told["subject"] for told in plan.told if told["code"] == "envoy_refuses"}
    hosts = VirtualHost.objects.filter(account=plan.account, name__in=names)
    return {str(uuid): names[name] for uuid, name in hosts.values_list("uuid", "name")}


def _unstarted_of_today(account: Account) -> QuerySet[Deployment]:
    """Plans of the account as it was. A rollback and a batch differ from today on purpose."""
    waiting = (DeploymentStatus.READY, DeploymentStatus.SCHEDULED)
    plans = Deployment.objects.filter(account=account, status__in=waiting, goes_back_to=None, batch=None)
    return plans.select_related("account").defer("compiled")


def changes(old: dict[str, Any] | None, new: dict[str, Any]) -> list[dict[str, Any]]:
    """What a deployment would change for people: a row per host and proxy that differs.

    Both as `Compiled.to_json` gives them; None: nothing was deployed. Each row: `what` ("host" or "proxy"),
    `uuid`, `name`, `kind` (new, changed, removed, kept) and `reasons` (sentences). A host that must keep what
    is live is a row of its own, kind "kept".
    """
    old = old or {"hosts": {}, "proxies": {}}
    names = {
        str(uuid): name
        for uuid, name in Proxy.objects.filter(uuid__in=[*new["proxies"]]).values_list("uuid", "name")
    }
    rows = [
        {"what": "host", "uuid": uuid, "name": new["hosts"][uuid]["name"], "kind": "kept", "reasons": why}
        for uuid, why in new.get("kept", {}).items()
    ]
    for what, before, after in (
        ("host", old["hosts"], new["hosts"]),
        ("proxy", old["proxies"], new["proxies"]),
    ):
        for uuid in [*after, *(set(before) - set(after))]:
            was, becomes = before.get(uuid), after.get(uuid)
            if was and becomes and was["digest"] == becomes["digest"]:
                continue
            kind = "changed" if was and becomes else "new" if becomes else "removed"
            why = _why(what, was, becomes) if was and becomes else []
            name = names.get(uuid) or _former_name(what, becomes or was)
            rows.append({"what": what, "uuid": uuid, "name": name, "kind": kind, "reasons": why})
    return rows


def _why(what: str, was: dict[str, Any], becomes: dict[str, Any]) -> list[str]:
    renamed = what == "host" and was["name"] != becomes["name"]
    if renamed and was["facts"] == becomes["facts"]:
        return [f"name {was['name']} → {becomes['name']}"]
    said = reasons(was["facts"], becomes["facts"])
    return [f"name {was['name']} → {becomes['name']}", *said] if renamed else said


def _former_name(what: str, was: dict[str, Any]) -> str:
    return was["name"] if what == "host" else was["facts"].get("base path", "a deleted proxy")
