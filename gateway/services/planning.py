"""Plans: compiled and checked by the worker, before anybody may start them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Max, Q

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from certificates.models import ServerKey
from common.errors import Conflict
from common.outbox import announce
from common.transitions import move
from common.words import few, sentence

from .. import compiling, composing, delivery, refusals, rollbacks, selectors
from ..agent import envoy
from ..agent.bundle import Part
from ..lifecycle import ON_NODES, UNSTARTED, DeploymentStatus, RolloutStatus
from ..models import DeployedHost, DeployedKey, Deployment, Node, Rollout, RolloutBatch
from ..superseding import supersede
from .concluding import let_go_of_keys

S = DeploymentStatus
log = logging.getLogger(__name__)
# What would take something away from callers who have it today is not offered. A host that was never live
# may be left out, and one that can keep its live chain keeps it: neither holds up the others.
BLOCKING = ("left out",)


@transaction.atomic
def plan(*, actor: Actor, note: str = "") -> Deployment:
    """Ask the worker to compile the account as it is today. Plans that nobody started are superseded.

    Raises Conflict while a rollout runs, which plans by itself.
    """
    Account.objects.select_for_update().get(pk=actor.account.pk)  # one number at a time
    refuse_beside_rollout(actor.account)
    return _new(actor, note=note)


@transaction.atomic
def plan_rollback(*, actor: Actor, to: Deployment) -> Deployment:
    """Plan to go back to an earlier deployment that was live; the worker checks that it still can be.

    Raises Conflict when it was never live, is live, cannot come back, or while a rollout runs.
    """
    Account.objects.select_for_update().get(pk=actor.account.pk)
    refuse_beside_rollout(actor.account)
    to.refresh_from_db(fields=["status"])  # it may have gone live, or been replaced, meanwhile
    rollbacks.refuse_unfit(to)
    return _new(actor, note=f"rolls back to {to}", goes_back_to=to)


@transaction.atomic
def plan_batch(*, batch: RolloutBatch) -> Deployment:
    """Plan what brings the batch's hosts to today and leaves every other host as it is live."""
    account = batch.rollout.account
    Account.objects.select_for_update().get(pk=account.pk)
    return _new(portal(account), note=str(batch), batch=batch)


def refuse_beside_rollout(account: Account) -> None:
    """Raise Conflict while a rollout of the account runs."""
    running = Rollout.objects.filter(account=account, status=RolloutStatus.RUNNING).first()
    if running:
        raise Conflict("rollout_running", sentence(f"{running} is under way. Pause or stop it first."))


def _new(actor: Actor, **also: Any) -> Deployment:
    waiting = Deployment.objects.filter(account=actor.account, status__in=UNSTARTED).defer("compiled")
    for older in waiting:
        supersede(older, by=actor.label, reason="planned anew")
    last = Deployment.objects.filter(account=actor.account).aggregate(last=Max("number"))["last"] or 0
    also["note"] = also["note"][:500]
    deployment = Deployment.objects.create(account=actor.account, number=last + 1, actor=actor.label, **also)
    audit.record(actor, "deployment:planned", deployment, note=deployment.note)
    announce("deployment.planned", deployment.uuid)
    return deployment


def prepare(*, deployment: Deployment, at: datetime) -> None:
    """The worker's part: compile, say what changes, and have Envoy itself check it. Idempotent.

    Ends in *ready*, or in *rejected* with the reason; what is live is not touched. A newer plan supersedes
    this one.
    """
    if deployment.status != S.PLANNED:
        return
    try:
        move(deployment, S.CHECKING, actor=portal(deployment.account).label)
    except Conflict:
        log.info("%s was superseded, or another worker is at it", deployment)
        return
    log.info("%s is compiled and checked", deployment)
    live = compiling.live_deployment(deployment.account)
    try:
        problem = _fill(deployment, live, at)
    except Conflict as refusal:
        problem = refusal.message
    try:
        end_check(deployment, problem)
    except Conflict:
        log.info("%s was superseded while it was checked", deployment)


def _fill(deployment: Deployment, live: Deployment | None, at: datetime) -> str:
    """Give it its contents. Returns why it is not fit, or "". Raises Conflict when there can be none."""
    _store(deployment, live, _contents(deployment, live, at))
    problem, guilty = _why_not(deployment, live)
    if guilty and deployment.is_of_today:
        deployment.keys.all().delete()
        deployment.hosts.all().delete()
        _store(deployment, live, _contents(deployment, live, at, refused=guilty))
        problem, _ = _why_not(deployment, live)
    return problem


def _contents(
    deployment: Deployment, live: Deployment | None, at: datetime, *, refused: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the deployment is to bring, as JSON. Raises Conflict when it cannot be put together."""
    if deployment.goes_back_to is not None:
        rollbacks.refuse_unfit(deployment.goes_back_to)
        return rollbacks.contents(deployment.goes_back_to, at)
    today = compiling.compile_account(deployment.account, at, live=live, refused=refused).to_json()
    if deployment.batch is None:
        return today
    taken = {host["uuid"]: host["name"] for host in deployment.batch.hosts}
    if kept := today["kept"].keys() & taken.keys():
        said = [said for uuid in sorted(kept, key=taken.__getitem__) for said in today["kept"][uuid]]
        raise Conflict("host_kept", " ".join(said))
    try:
        return composing.compose(live.compiled if live else None, today, taken)
    except composing.NameTaken as name:
        raise Conflict(
            "name_taken",
            f"{name} would belong to two hosts, as one of them is not in this batch. Put both in one.",
        ) from name


def _store(deployment: Deployment, live: Deployment | None, compiled: dict[str, Any]) -> None:
    deployment.compiled = compiled
    deployment.digest = compiled["digest"]
    deployment.changes = compiling.changes(live.compiled if live else None, compiled)
    deployment.save(update_fields=["compiled", "digest", "changes", "changed_at"])
    keys = {str(key.uuid): key for key in ServerKey.objects.filter(uuid__in=set(compiled["keys"].values()))}
    DeployedKey.objects.bulk_create(
        DeployedKey(deployment=deployment, key=keys[key_id], file=file)
        for file, key_id in compiled["keys"].items()
    )
    DeployedHost.objects.bulk_create(
        DeployedHost(deployment=deployment, name=host["name"]) for host in compiled["hosts"].values()
    )


@transaction.atomic
def end_check(deployment: Deployment, problem: str) -> None:
    who = portal(deployment.account)
    if problem:
        move(deployment, S.REJECTED, actor=who.label, reason="not fit to deploy", problem=problem)
        audit.record(who, "deployment:rejected", deployment, problem=problem)
        announce("deployment.ended", deployment.uuid)
        let_go_of_keys(deployment.account)
    else:
        move(deployment, S.READY, actor=who.label)
        announce("deployment.checked", deployment.uuid)


def _why_not(deployment: Deployment, live: Deployment | None) -> tuple[str, dict[str, str]]:
    """The problems that block a deployment, or what Envoy says against it; "" when it is fit. And the hosts
    (uuid) that Envoy blames, with its words."""
    served = {host["name"] for host in live.compiled["hosts"].values()} if live else set()
    blocking = [
        p
        for p in deployment.compiled["problems"]
        if p["effect"] in BLOCKING and (not p["host"] or p["host"] in served)
    ]
    if blocking:
        said = " ".join(f"{p['host'] or p['subject']}: {p['sentence']} {p['remedy']}" for p in blocking)
        return said, {}
    if others := taken(deployment):
        return said_of_taken(others), {}
    try:
        part = delivery.part_of(deployment)
    except InvalidToken:
        return "No key of COUNTERSIGN_FIELD_KEYS opens a server key. Restore the one that sealed it.", {}
    nodes = selectors.nodes_to_prove(deployment.account)
    # Of what is checked only the listener's address differs, and nodes of a cell mostly share it.
    for node in {(node.address, node.port): node for node in nodes}.values():
        try:
            envoy.validate([part], node.address, node.port)
        except envoy.Refused as refused:
            own = {host["name"]: uuid for uuid, host in deployment.compiled["hosts"].items()}
            blamed = _blamed(part, sorted(own), node) if _takes(part, [], node) else {}
            return refusals.explain(deployment.compiled, str(refused)), {
                own[name]: why for name, why in blamed.items()
            }
    return "", {}


def _takes(part: Part, names: list[str], node: Node) -> bool:
    """Whether Envoy takes a part with these hosts alone. Without any, what is left are the targets."""
    try:
        envoy.validate([part.only(names)], node.address, node.port)
    except envoy.Refused:
        return False
    return True


def _blamed(part: Part, names: list[str], node: Node) -> dict[str, str]:
    """The hosts whose chains Envoy refuses, and why: halved until each stands alone."""
    try:
        envoy.validate([part.only(names)], node.address, node.port)
    except envoy.Refused as refused:
        if len(names) == 1:
            return {names[0]: str(refused)}
        half = len(names) // 2
        return _blamed(part, names[:half], node) | _blamed(part, names[half:], node)
    return {}


def hold_names(deployment: Deployment) -> None:
    """Have whoever starts a deployment of another account with a name of this one wait for this transaction,
    and wait for theirs: `taken` tells the truth only then, and what it tells stays true until the end.

    Each locks its own names and those of the other, and the rows of both are there since they were checked.
    Sorted, so that two never wait for each other. SQLite lets in one writing transaction at a time anyway.
    """
    may_be_served = (S.READY, S.SCHEDULED, S.LIVE, *ON_NODES)
    theirs = Q(name__in=deployment.hosts.values("name"), deployment__status__in=may_be_served)
    rows = DeployedHost.objects.filter(Q(deployment=deployment) | theirs)
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def taken(deployment: Deployment) -> list[str]:
    """Names of its hosts that another account's deployment holds on the gateway."""
    own = deployment.hosts.values("name")
    others = DeployedHost.objects.filter(name__in=own, deployment__status__in=(S.LIVE, *ON_NODES)).exclude(
        deployment__account=deployment.account_id
    )
    return sorted(set(others.values_list("name", flat=True)))


def said_of_taken(names: list[str]) -> str:
    return f"Another account serves {few(names)} already."
