"""Deployments: planned, checked by Envoy, delivered, proven by each node."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from catalog.models import Proxy, RemovedProxy
from certificates.models import ServerKey
from common.errors import Conflict
from common.logcontext import noting
from common.outbox import announce
from common.transitions import move
from common.words import few, sentence

from . import (
    canaries,
    cells,
    compiling,
    composing,
    delivery,
    moving,
    node_health,
    refusals,
    rollbacks,
    selectors,
)
from .agent import envoy
from .agent.bundle import Part
from .lifecycle import ON_NODES, UNSETTLED, UNSTARTED, DeploymentStatus, ProofStatus, RolloutStatus
from .models import DeployedHost, DeployedKey, Deployment, Node, Proof, Rollout, RolloutBatch
from .superseding import supersede

S = DeploymentStatus
STALE_AFTER = timedelta(minutes=2)
SILENCE = timedelta(minutes=10)
TRIES = 3
log = logging.getLogger(__name__)
# What would take something away from callers who have it today is not offered. A host that was never live
# may be left out, and one that can keep its live chain keeps it: neither holds up the others.
BLOCKING = ("left out",)


@contextmanager
def about(deployment: Deployment) -> Iterator[None]:
    """What is logged inside names the deployment, and belongs to the request that asked for it."""
    account = deployment.account
    with (
        audit.continuing(account, deployment.uuid),
        noting(account=account.uuid, deployment=deployment.uuid, deployment_number=deployment.number),
    ):
        yield


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
        _end_check(deployment, problem)
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
def _end_check(deployment: Deployment, problem: str) -> None:
    who = portal(deployment.account)
    if problem:
        move(deployment, S.REJECTED, actor=who.label, reason="not fit to deploy", problem=problem)
        audit.record(who, "deployment:rejected", deployment, problem=problem)
        announce("deployment.ended", deployment.uuid)
        _let_go_of_keys(deployment.account)
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
    if taken := _taken(deployment):
        return _said_of_taken(taken), {}
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


def _taken(deployment: Deployment) -> list[str]:
    """Names of its hosts that another account's deployment holds on the gateway."""
    own = deployment.hosts.values("name")
    others = DeployedHost.objects.filter(name__in=own, deployment__status__in=(S.LIVE, *ON_NODES)).exclude(
        deployment__account=deployment.account_id
    )
    return sorted(set(others.values_list("name", flat=True)))


def _said_of_taken(names: list[str]) -> str:
    return f"Another account serves {few(names)} already."


def start(
    *,
    actor: Actor,
    deployment: Deployment,
    first: Sequence[Node] = (),
    minutes: int | None = None,
    in_rollout: bool = False,
) -> None:
    """Deliver a ready (or scheduled) deployment to every node, or to the nodes `first` as a canary.

    `minutes`: a canary goes on by itself after so long without rising refusals; None: a person decides.
    `in_rollout`: a batch is started by its rollout, and by nobody else.
    Raises Conflict when it is not ready, another is on its way, or it is not fit any more: what was checked
    may be weeks old by now.
    """
    if not in_rollout:
        refuse_part_of_rollout(deployment)
    account = deployment.account
    nodes = list(selectors.nodes_to_prove(account))
    if not nodes:
        raise Conflict("no_node", "No gateway node is known. Start one first.")
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if Deployment.objects.filter(account=account, pk__gt=deployment.pk).exists():
            raise Conflict("not_the_newest", "A newer plan exists. Look at that one, or plan again.")
        on_its_way = Deployment.objects.filter(account=account, status__in=ON_NODES).defer("compiled").first()
        if on_its_way is not None:
            raise Conflict("deployment_running", _who_blocks(on_its_way))
        _refuse_unfit_by_now(deployment)
        move(deployment, S.DELIVERING, actor=actor.label)
        if first:
            canaries.begin(deployment, nodes, first, minutes)
            nodes = list(first)
        audit.record(
            actor,
            "deployment:started",
            deployment,
            changes=len(deployment.changes),
            nodes=[node.name for node in nodes],
        )
        _expect_proof(deployment, nodes)
    delivery.hand_over_each(nodes)


def refuse_part_of_rollout(deployment: Deployment) -> None:
    """Raise Conflict for a batch, which only its rollout starts."""
    if deployment.batch is not None:
        raise Conflict(
            "part_of_a_rollout", sentence(f"{deployment} is started by {deployment.batch.rollout}.")
        )


def _refuse_unfit_by_now(deployment: Deployment) -> None:
    if deployment.goes_back_to is not None:
        rollbacks.refuse_unfit(deployment.goes_back_to)
        rollbacks.refuse_expired(deployment.goes_back_to, timezone.now())
    if taken := _taken(deployment):
        raise Conflict("name_taken", _said_of_taken(taken))


def _who_blocks(other: Deployment) -> str:
    if other.status == S.CANARY:
        return sentence(f"{other} is on its first nodes. Go on with it, or take it back, first.")
    return "Another deployment is on its way. Wait for its proof."


def _expect_proof(deployment: Deployment, nodes: Iterable[Node]) -> None:
    for node in nodes:
        # With the row the node is to serve the deployment, so the row must be there before its version.
        proof = Proof.objects.create(deployment=deployment, node=node)
        proof.version = delivery.wanted_of(node).version
        proof.save(update_fields=["version"])


def go_on(*, actor: Actor, deployment: Deployment) -> None:
    """Bring a canary to all the other nodes. Raises Conflict when it is none."""
    with transaction.atomic():
        _refuse_no_canary(deployment)
        move(deployment, S.DELIVERING, actor=actor.label, reason="goes on to every node")
        canaries.end(deployment)
        proven = deployment.proofs.values("node")
        rest = list(selectors.nodes_to_prove(deployment.account).exclude(pk__in=proven))
        audit.record(actor, "deployment:continued", deployment, nodes=[node.name for node in rest])
        _expect_proof(deployment, rest)
        _conclude(deployment)
    delivery.hand_over_each(rest)


def take_back(*, actor: Actor, deployment: Deployment) -> None:
    """Take a canary back from its nodes: they serve what is live again. Raises Conflict when it is none."""
    with transaction.atomic():
        _refuse_no_canary(deployment)
        problem = f"{actor.label} took it back from {', '.join(deployment.canary.nodes)}."
        _take_back(deployment, problem, actor=actor, reason="taken back")
    delivery.hand_over_each(proof.node for proof in deployment.proofs.select_related("node"))


def _refuse_no_canary(deployment: Deployment) -> None:
    if deployment.status != S.CANARY:
        raise Conflict("no_canary", sentence(f"{deployment} is no canary now. Nothing was changed."))


def acknowledged(*, node: Node, version: str, at: datetime) -> None:
    """Envoy on `node` serves `version`; its probes run."""
    _open_proofs(node, version).update(status=ProofStatus.ACKNOWLEDGED, acknowledged_at=at)


def proven(*, node: Node, version: str, probes: list[dict], at: datetime) -> None:
    """Real handshakes on `node` went as they should under `version`."""
    node_health.proved(node=node, version=version)
    for proof in _open_proofs(node, version).select_related("deployment__account"):
        with about(proof.deployment), transaction.atomic():
            proof.status, proof.proven_at, proof.probes = ProofStatus.PROVEN, at, _own(proof, probes)
            proof.acknowledged_at = proof.acknowledged_at or at
            proof.save()
            log.info("%s proved %s", node, proof.deployment)
            _conclude(proof.deployment)
    moving.finish()


def refused(
    *, node: Node, version: str, reason: str, probes: list[dict], at: datetime, of_node: bool = False
) -> None:
    """`node` could not take `version`, or its probes failed; it serves the last good one again. `of_node`:
    the reason lies in the node itself (its disk) and names no host.

    Where probes failed, only the deployments of those hosts are refused; the others are delivered again
    without them.
    """
    node_health.in_trouble(node=node, why=reason if of_node else "")
    log.warning("%s refused %s: %s", node, version[:12], reason)
    waiting = list(_open_proofs(node, version).select_related("deployment__account"))
    to_blame = [
        proof for proof in waiting if any(not probe["ok"] for probe in _own(proof, probes))
    ] or waiting
    for proof in to_blame:
        with about(proof.deployment), transaction.atomic():
            own = _own(proof, probes)
            proof.status, proof.probes = ProofStatus.REFUSED, own
            proof.reason = what_failed(own) if any(not probe["ok"] for probe in own) else reason
            proof.save()
            log.warning("%s refused %s: %s", node, proof.deployment, proof.reason)
            _conclude(proof.deployment)
    delivery.hand_over_each([node])


def _open_proofs(node: Node, version: str) -> QuerySet[Proof]:
    """The proofs that an answer about `version` settles."""
    under_way = Q(status__in=UNSETTLED, deployment__status=S.DELIVERING)
    # A node that came later, or that refused what is live, may prove it any time.
    late = ~Q(status=ProofStatus.PROVEN) & Q(deployment__status=S.LIVE)
    return Proof.objects.filter(under_way | late, node=node, version=version)


def _own(proof: Proof, probes: list[dict]) -> list[dict]:
    """Of a node's probes those on the account's own hosts."""
    own = {host["name"] for host in proof.deployment.compiled["hosts"].values()}
    return [probe for probe in probes if probe["host"] in own]


def what_failed(probes: list[dict]) -> str:
    """The failed probes in a sentence each."""
    return " ".join(
        f"{probe['host']}, called with {probe['what']}: {probe['status'] or 'no answer'} {probe['reason']} "
        f"instead of {probe['expected']}."
        for probe in probes
        if not probe["ok"]
    )


def _conclude(waiting: Deployment) -> None:
    """End a delivery when every node has answered. A refusal on one node takes it back everywhere; a node
    that is gone is not waited for."""
    with transaction.atomic():
        # Two nodes may answer at once: the row is locked, and the second finds it ended.
        deployments = Deployment.objects.select_for_update(of=("self",)).select_related("account")
        deployment = deployments.get(pk=waiting.pk)
        if deployment.status != S.DELIVERING:
            return
        proofs = list(deployment.proofs.select_related("node"))
        refusals = [proof for proof in proofs if proof.status == ProofStatus.REFUSED]
        if refusals:
            _take_back(deployment, " ".join(f"{proof.node}: {proof.reason}" for proof in refusals))
        elif not proofs:
            _take_back(deployment, "No node is left that could prove it. Add one, then plan again.")
        elif all(proof.status == ProofStatus.PROVEN for proof in proofs):
            if deployment.is_on_canary:
                canaries.settle(deployment)
            else:
                _make_live(deployment, len(proofs))
            return
    if refusals:
        delivery.hand_over_each(proof.node for proof in proofs)


def _make_live(deployment: Deployment, nodes: int) -> None:
    who = portal(deployment.account)
    for old in Deployment.objects.filter(account=deployment.account, status=S.LIVE).defer("compiled"):
        move(old, S.SUPERSEDED, actor=who.label, reason=f"{deployment} took its place")
    move(deployment, S.LIVE, actor=who.label, reason="every node proved it")
    audit.record(who, "deployment:live", deployment, nodes=nodes)
    _note_deleted(deployment)
    _let_go_of_keys(deployment.account)
    # In the same transaction, so that nobody sees *live* beside flags or changes of yesterday.
    compiling.reflag(deployment.account, timezone.now())
    for waiting in Deployment.objects.filter(account=deployment.account, status__in=(S.READY, S.SCHEDULED)):
        waiting.changes = compiling.changes(deployment.compiled, waiting.compiled)
        waiting.save(update_fields=["changes"])
    announce("deployment.ended", deployment.uuid)


def _let_go_of_keys(account: Account) -> None:
    """Deployments that nobody goes back to any more hold no server key."""
    DeployedKey.objects.filter(deployment__account=account).exclude(
        deployment__in=selectors.deployments_kept(account)
    ).delete()


def _note_deleted(deployment: Deployment) -> None:
    """Which deleted proxies the gateway serves still: none, or those that a rollback brought back."""
    account, served = deployment.account, deployment.compiled
    RemovedProxy.objects.filter(account=account, created_at__lt=deployment.created_at).delete()
    known = {str(uuid) for uuid in Proxy.objects.filter(account=account).values_list("uuid", flat=True)}
    noted = {(row.base_path, *row.hosts) for row in RemovedProxy.objects.filter(account=account)}
    on = {route["proxy_id"]: route["hosts"] for route in served["ir"]["routes"]}
    for uuid in served["proxies"].keys() - known:
        path = served["proxies"][uuid]["facts"].get("base path", "/")
        hosts = sorted(served["hosts"][host_id]["name"] for host_id in on.get(uuid, ()))
        if hosts and (path, *hosts) not in noted:
            RemovedProxy.objects.create(account=account, name=path, base_path=path, hosts=hosts)


def _take_back(
    deployment: Deployment, problem: str, *, actor: Actor | None = None, reason: str = "a node refused it"
) -> None:
    who = actor or portal(deployment.account)
    move(deployment, S.REJECTED, actor=who.label, reason=reason, problem=problem)
    audit.record(who, "deployment:rejected", deployment, problem=problem)
    _let_go_of_keys(deployment.account)
    announce("deployment.ended", deployment.uuid)


def give_back_stale() -> None:
    """Plans whose worker died go back to the queue, and nodes get what they should have."""
    stale = Deployment.objects.filter(
        status__in=(S.PLANNED, S.CHECKING), changed_at__lt=timezone.now() - STALE_AFTER
    )
    for deployment in stale.select_related("account"):
        if deployment.moves.filter(new=S.CHECKING).count() >= TRIES:
            _end_check(
                deployment,
                f"The worker failed {TRIES} times at it; its log says why. Mend that, then plan again.",
            )
            continue
        if deployment.status == S.CHECKING:
            deployment.keys.all().delete()
            deployment.hosts.all().delete()
            move(deployment, S.PLANNED, actor="Portal", reason="the worker did not finish")
        Deployment.objects.filter(pk=deployment.pk).update(changed_at=timezone.now())
        with about(deployment):
            announce("deployment.planned", deployment.uuid)
    conclude_answered()
    _give_up_on_silent_nodes()
    moving.finish()
    active = cells.active_nodes().select_related("cell")
    delivery.hand_over_each([node for node in active if not delivery.is_handed_over(node)])


def conclude_answered() -> None:
    """End deliveries that every node has answered: the end was lost to a crash, or the last one waited for is
    gone."""
    for deployment in Deployment.objects.filter(status=S.DELIVERING).select_related("account"):
        if deployment.proofs.filter(status__in=UNSETTLED).exists():
            continue
        try:
            _conclude(deployment)
        except Exception:  # one account's trouble must not keep the others waiting
            log.exception("%s could not be ended; the sweep tries again", deployment)


def _give_up_on_silent_nodes() -> None:
    """A delivery that a node never answered ends, so that it does not block the next one."""
    since = timezone.now() - SILENCE
    for deployment in Deployment.objects.filter(status=S.DELIVERING, changed_at__lt=since).select_related(
        "account"
    ):
        silent = deployment.proofs.exclude(status__in=(ProofStatus.PROVEN, ProofStatus.REFUSED))
        names = ", ".join(silent.values_list("node__name", flat=True))
        minutes = SILENCE // timedelta(minutes=1)
        problem = f"{names}: no answer within {minutes} minutes. Look at the node, then plan again."
        try:
            with about(deployment), transaction.atomic():
                _take_back(deployment, problem)
        except Conflict:
            log.info("%s was answered meanwhile", deployment)
