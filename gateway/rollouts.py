"""Flagged proxies redeployed in batches of hosts, one after the other, until one fails."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from catalog import services as catalog
from catalog.models import Product, Proxy
from common.errors import Conflict, DomainError
from common.outbox import announce
from common.transitions import move
from common.words import few, sentence

from . import compiling, composing, rollbacks, services
from .impact import Impact, impact_between, impact_of
from .lifecycle import ON_NODES, UNSTARTED, BatchStatus, DeploymentStatus, RolloutStatus
from .models import Deployment, Rollout, RolloutBatch
from .superseding import supersede

MOST_HOSTS = 500  # in one batch
log = logging.getLogger(__name__)


class Draft:
    """A rollout as it would be: `hosts` (uuid and name) in their order, and the impact of all of it.

    Takes one compilation. `proxies`: flagged proxies in the order in which their hosts are to go.
    """

    def __init__(self, account: Account, proxies: Sequence[Proxy]) -> None:
        self.account, self.proxies = account, proxies
        live = compiling.live_deployment(account)
        self._live = live.compiled if live else None
        self._today = compiling.compile_account(account, timezone.now(), live=live).to_json()
        self.hosts = self._hosts()

    def _hosts(self) -> list[dict[str, str]]:
        before = self._live or composing.NOTHING
        differing = composing.differing_hosts(self._live, self._today)
        names = {uuid: host["name"] for uuid, host in (before["hosts"] | self._today["hosts"]).items()}
        on: dict[str, set[str]] = {}
        for route in (*before["ir"]["routes"], *self._today["ir"]["routes"]):
            on.setdefault(route["proxy_id"], set()).update(route["hosts"])
        found: dict[str, str] = {}
        for proxy in self.proxies:
            for uuid in sorted(on.get(str(proxy.uuid), set()) & differing, key=names.__getitem__):
                found.setdefault(uuid, names[uuid])
        return [{"uuid": uuid, "name": name} for uuid, name in found.items()]

    @property
    def impact(self) -> Impact:
        """Who would feel it when the last batch is live. Raises Conflict when the batches cannot end well."""
        taken = [host["uuid"] for host in self.hosts]
        try:
            wanted = composing.compose(self._live, self._today, taken)
        except composing.NameTaken as taken_name:
            raise Conflict(
                "name_taken",
                f"{taken_name.name} would belong to two hosts. Deploy the account as a whole instead.",
            ) from taken_name
        return impact_between(self.account, self._live, wanted)


def flagged(account: Account, *, by: str = "host", only: Iterable[UUID] | None = None) -> list[Proxy]:
    """The proxies that need a redeploy, in order: `by` their first host ("host"), their own "name", or as
    `only` names them ("given"). `only` None: all of them."""
    rows = Proxy.objects.filter(account=account, needs_redeploy=True).prefetch_related("placements__host")
    if only is None:
        found = list(rows.order_by("name"))
    else:
        given = list(dict.fromkeys(only))
        found = sorted(rows.filter(uuid__in=given), key=lambda proxy: given.index(proxy.uuid))
    if by == "host":
        found.sort(
            key=lambda proxy: (min((p.host.name for p in proxy.placements.all()), default=""), proxy.name)
        )
    elif by == "name":
        found.sort(key=lambda proxy: proxy.name)
    return found


@transaction.atomic
def begin(*, actor: Actor, draft: Draft, size: int, confirmed: dict[str, list[str]] | None = None) -> Rollout:
    """Redeploy the draft's hosts, `size` of them at a time; the worker goes on after each proof.

    `confirmed`: the impact that the person saw (`Impact.marks`); a batch that would do more stops it.
    None: the draft's own. Raises DomainError for a size out of range, Conflict when nothing is flagged or
    something is under way.
    """
    account = Account.objects.select_for_update().get(pk=actor.account.pk)
    if not 1 <= size <= MOST_HOSTS:
        raise DomainError("size_out_of_range", f"Give 1 to {MOST_HOSTS} hosts in a batch.", field="size")
    if not draft.hosts:
        raise Conflict("nothing_flagged", "None of these proxies needs a redeploy. Nothing was started.")
    unended = Rollout.objects.filter(
        account=account, status__in=(RolloutStatus.RUNNING, RolloutStatus.PAUSED)
    )
    if other := unended.first():
        raise Conflict("rollout_running", sentence(f"{other} has not ended. Stop it first."))
    if Deployment.objects.filter(account=account, status__in=ON_NODES).exists():
        raise Conflict("deployment_running", "A deployment is on its way. Wait for its end.")
    last = Rollout.objects.filter(account=account).aggregate(last=Max("number"))["last"] or 0
    rollout = Rollout.objects.create(
        account=account,
        number=last + 1,
        actor=actor.label,
        confirmed=draft.impact.marks if confirmed is None else confirmed,
        proxies=[str(proxy.uuid) for proxy in draft.proxies],
    )
    starts = range(0, len(draft.hosts), size)
    RolloutBatch.objects.bulk_create(
        RolloutBatch(rollout=rollout, number=number, hosts=draft.hosts[first : first + size])
        for number, first in enumerate(starts, start=1)
    )
    audit.record(
        actor, "rollout:started", rollout, hosts=[host["name"] for host in draft.hosts], batch_size=size
    )
    announce("rollout.advanced", rollout.uuid)
    return rollout


def advance(rollout: Rollout) -> None:
    """Do what is next: plan the next batch, start one that is checked, note one that is live, stop after one
    that failed. Idempotent; asked after every answer and by the sweep."""
    with transaction.atomic():
        rollout = Rollout.objects.select_for_update(of=("self",)).select_related("account").get(pk=rollout.pk)
        if rollout.status not in (RolloutStatus.RUNNING, RolloutStatus.PAUSED):
            return
        to_start = _next(rollout)
    if to_start is not None:
        _start(rollout, to_start)


def _next(rollout: Rollout) -> Deployment | None:
    """Moves what moves without a node; returns the deployment that is to start now."""
    for batch in rollout.batches.exclude(status=BatchStatus.DONE):
        deployment = _deployment_of(batch)
        if deployment is None:
            # It keeps what is live beside its own hosts, so nothing else may be on its way.
            busy = Deployment.objects.filter(account=rollout.account, status__in=ON_NODES).exists()
            if rollout.status == RolloutStatus.RUNNING and not busy:
                _set(batch, BatchStatus.RUNNING)
                services.plan_batch(batch=batch)
            return None
        if rollbacks.was_live(deployment):
            _set(batch, BatchStatus.DONE)
            continue
        if deployment.status == DeploymentStatus.REJECTED:
            _fail(rollout, batch, deployment.problem)
        elif deployment.status == DeploymentStatus.READY and rollout.status == RolloutStatus.RUNNING:
            return deployment
        return None
    move(rollout, RolloutStatus.DONE, actor="Portal", reason="every batch is live")
    audit.record(portal(rollout.account), "rollout:done", rollout)
    return None


def _start(rollout: Rollout, deployment: Deployment) -> None:
    if worse := impact_of(deployment).worse_than(rollout.confirmed):
        why = f"more would be felt than {rollout.actor} confirmed: {worse}"
    else:
        try:
            services.start(actor=portal(rollout.account), deployment=deployment, in_rollout=True)
            return
        except Conflict as refusal:
            if refusal.code in ("moved_meanwhile", "deployment_running"):
                return  # another worker was faster, or the sweep tries again
            why = refusal.message
    with transaction.atomic():
        _fail(rollout, deployment.batch, why)


def _deployment_of(batch: RolloutBatch) -> Deployment | None:
    """None as long as there is none, or after a plan made during a pause took its place: then it is planned
    anew."""
    deployment = Deployment.objects.filter(batch=batch).select_related("account").first()
    if (
        deployment is None
        or deployment.status != DeploymentStatus.SUPERSEDED
        or rollbacks.was_live(deployment)
    ):
        return deployment
    Deployment.objects.filter(pk=deployment.pk).update(batch=None)
    _set(batch, BatchStatus.WAITING)
    return None


def _set(batch: RolloutBatch, status: str) -> None:
    batch.status = status
    batch.save(update_fields=["status"])


def _fail(rollout: Rollout, batch: RolloutBatch, why: str) -> None:
    _set(batch, BatchStatus.FAILED)
    problem = f"Batch {batch.number} ({few([host['name'] for host in batch.hosts])}): {why.rstrip('.')}."
    move(rollout, RolloutStatus.FAILED, actor="Portal", reason="a batch failed", problem=problem)
    audit.record(
        portal(rollout.account), "rollout:failed", rollout, problem=problem, remaining=remaining(rollout)
    )
    _supersede_unstarted(rollout, "Portal", f"{rollout} was stopped by a failure")


def _supersede_unstarted(rollout: Rollout, by: str, reason: str) -> None:
    """Its batch that nobody would start any more; also one that the worker is at."""
    for deployment in Deployment.objects.filter(batch__rollout=rollout, status__in=UNSTARTED).defer(
        "compiled"
    ):
        supersede(deployment, by=by, reason=reason)


def remaining(rollout: Rollout) -> list[str]:
    """Names of the hosts that the rollout has not brought to the gateway (yet)."""
    batches = rollout.batches.exclude(status=BatchStatus.DONE)
    return [host["name"] for batch in batches for host in batch.hosts]


@transaction.atomic
def pause(*, actor: Actor, rollout: Rollout) -> None:
    """Start no further batch until somebody resumes; the one under way ends."""
    move(rollout, RolloutStatus.PAUSED, actor=actor.label)
    audit.record(actor, "rollout:paused", rollout)


@transaction.atomic
def resume(*, actor: Actor, rollout: Rollout) -> None:
    """Go on with the next batch."""
    move(rollout, RolloutStatus.RUNNING, actor=actor.label, reason="resumed")
    audit.record(actor, "rollout:resumed", rollout)
    announce("rollout.advanced", rollout.uuid)


@transaction.atomic
def stop(*, actor: Actor, rollout: Rollout) -> None:
    """End it. What is live stays; the batch on the nodes ends by its own proof; the rest stays flagged."""
    move(rollout, RolloutStatus.STOPPED, actor=actor.label)
    audit.record(actor, "rollout:stopped", rollout, remaining=remaining(rollout))
    _supersede_unstarted(rollout, actor.label, f"{rollout} was stopped")


def to_republish(rollout: Rollout) -> list[Product]:
    """The products that publish one of its proxies and need another release, by title."""
    flagged_ones = Product.objects.filter(account=rollout.account, needs_republish=True)
    return list(flagged_ones.filter(proxies__uuid__in=rollout.proxies).distinct().order_by("title"))


def republish(*, actor: Actor, rollout: Rollout) -> dict[str, Any]:
    """Publish every product of `to_republish`. Returns `published` (titles) and `refused` (title: why)."""
    published, refused = [], {}
    for product in to_republish(rollout):
        try:
            catalog.publish_product(actor=actor, product=product)
        except DomainError as error:
            refused[product.title] = error.message
        else:
            published.append(product.title)
    return {"published": published, "refused": refused}
