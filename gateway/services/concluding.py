"""How a delivery ends: live, or taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from accounts.models import Account
from catalog.models import Proxy, RemovedProxy
from common.logcontext import noting
from common.outbox import announce
from common.transitions import move
from vhosts.models import ClientAuth

from .. import canaries, compiling, delivery, selectors
from ..lifecycle import DeploymentStatus, ProofStatus
from ..models import DeployedKey, Deployment
from ..sightings import begin_trial

S = DeploymentStatus


@contextmanager
def about(deployment: Deployment) -> Iterator[None]:
    """What is logged inside names the deployment, and belongs to the request that asked for it."""
    account = deployment.account
    with (
        audit.continuing(account, deployment.uuid),
        noting(account=account.uuid, deployment=deployment.uuid, deployment_number=deployment.number),
    ):
        yield


def conclude(waiting: Deployment) -> None:
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
            reject(deployment, " ".join(f"{proof.node}: {proof.reason}" for proof in refusals))
        elif not proofs:
            reject(deployment, "No node is left that could prove it. Add one, then plan again.")
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
    begin_trial(_newly_in_trial(deployment))
    for old in Deployment.objects.filter(account=deployment.account, status=S.LIVE).defer("compiled"):
        move(old, S.SUPERSEDED, actor=who.label, reason=f"{deployment} took its place")
    move(deployment, S.LIVE, actor=who.label, reason="every node proved it")
    audit.record(who, "deployment:live", deployment, nodes=nodes)
    _note_deleted(deployment)
    let_go_of_keys(deployment.account)
    # In the same transaction, so that nobody sees *live* beside flags or changes of yesterday.
    compiling.reflag(deployment.account, timezone.now())
    for waiting in Deployment.objects.filter(account=deployment.account, status__in=(S.READY, S.SCHEDULED)):
        waiting.changes = compiling.changes(deployment.compiled, waiting.compiled)
        waiting.save(update_fields=["changes"])
    announce("deployment.ended", deployment.uuid)


def _newly_in_trial(deployment: Deployment) -> list[str]:
    """Hosts (uuids) that it has in trial and that are not so on the gateway."""
    hosts = deployment.compiled["hosts"].items()
    trials = [uuid for uuid, host in hosts if host["client_auth"] == ClientAuth.TRIAL]
    live = selectors.live_hosts(deployment.account) if trials else {}
    return [uuid for uuid in trials if live.get(uuid, {}).get("client_auth") != ClientAuth.TRIAL]


def let_go_of_keys(account: Account) -> None:
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


def reject(
    deployment: Deployment, problem: str, *, actor: Actor | None = None, reason: str = "a node refused it"
) -> None:
    who = actor or portal(deployment.account)
    move(deployment, S.REJECTED, actor=who.label, reason=reason, problem=problem)
    audit.record(who, "deployment:rejected", deployment, problem=problem)
    let_go_of_keys(deployment.account)
    announce("deployment.ended", deployment.uuid)
