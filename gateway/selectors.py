"""Reads of deployments, nodes, proof and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import Account
from vhosts.models import ClientAuth, VirtualHost

from . import cells
from .lifecycle import BatchStatus, DeploymentStatus, Outcome, ProofStatus
from .models import Deployment, DeploymentMove, Node, NodeEvent, Proof, Rollout, RolloutBatch, Sighting

TRIAL = "trial_"  # in front of the reason for which a served call would have been refused
LOOKED_BACK = 500  # deployments at most, to find when a trial began

KEPT = 5  # deployments that were live before and may be gone back to


def deployments_of(account: Account) -> QuerySet[Deployment]:
    """The deployments of an account, newest first, without their large compiled part."""
    return (
        Deployment.objects.filter(account=account)
        .defer("compiled")
        .annotate(
            node_count=Count("proofs", distinct=True),
            proven_count=Count("proofs", filter=Q(proofs__status=ProofStatus.PROVEN), distinct=True),
        )
        .order_by("-id")
    )


def deployments_kept(account: Account) -> QuerySet[Deployment]:
    """The deployments that are or may come to be on the gateway: plans, the one on its way, the live one, and
    the last KEPT that were live, which may be gone back to.
    """
    ended = (DeploymentStatus.SUPERSEDED, DeploymentStatus.REJECTED)
    mine = Deployment.objects.filter(account=account)
    were_live = mine.filter(status=DeploymentStatus.SUPERSEDED, moves__new=DeploymentStatus.LIVE)
    last = list(were_live.order_by("-pk").values_list("pk", flat=True)[:KEPT])
    return mine.filter(~Q(status__in=ended) | Q(pk__in=last))


def live_of(account: Account) -> Deployment | None:
    """The live deployment."""
    return deployments_of(account).filter(status=DeploymentStatus.LIVE).first()


def live_hosts(account: Account) -> dict[str, dict[str, Any]]:
    """What the gateway does on each host now, by the host's uuid: `name`, `client_auth`, `facts` and digests,
    as the live deployment holds them. A host that is missing is not on the gateway. One query.
    """
    live = Deployment.objects.filter(account=account, status=DeploymentStatus.LIVE)
    return live.values_list("compiled__hosts", flat=True).first() or {}


def live_host(host: VirtualHost) -> dict[str, Any] | None:
    """What the gateway does on one host now, as in `live_hosts`; None: it is not on the gateway (yet)."""
    live = Deployment.objects.filter(account=host.account_id, status=DeploymentStatus.LIVE)
    return live.values_list(f"compiled__hosts__{host.uuid}", flat=True).first()


def rollouts_of(account: Account) -> QuerySet[Rollout]:
    """The rollouts of an account, newest first, each with how many of its batches are done."""
    done = Count("batches", filter=Q(batches__status=BatchStatus.DONE))
    rollouts = Rollout.objects.filter(account=account)
    return rollouts.annotate(batch_count=Count("batches"), done_count=done).order_by("-id")


def batches_of(rollout: Rollout) -> QuerySet[RolloutBatch]:
    """Its batches in their order, each with its deployment."""
    return (
        rollout.batches.select_related("deployment")
        .defer("deployment__compiled", "deployment__changes")
        .order_by("number")
    )


def nodes(account: Account) -> QuerySet[Node]:
    """The gateway nodes that serve an account, by name."""
    return cells.nodes_of(account)


def nodes_to_prove(account: Account) -> QuerySet[Node]:
    """The nodes whose proof a deployment of the account waits for."""
    return cells.nodes_of(account).filter(cells.joined())


def proofs_of(deployment: Deployment) -> QuerySet[Proof]:
    """Each node's proof of a deployment."""
    return Proof.objects.filter(deployment=deployment).select_related("node")


def proofs_on(node: Node, account: Account, *, limit: int = 20) -> QuerySet[Proof]:
    """What a node proved of an account's deployments, newest first."""
    proofs = Proof.objects.filter(node=node, deployment__account=account).select_related("deployment")
    return proofs.defer("deployment__compiled").order_by("-deployment_id")[:limit]


def history_of(node: Node, *, limit: int = 50) -> QuerySet[NodeEvent]:
    """What happened to a node, newest first."""
    return node.events.all()[:limit]


def probes_on(host: VirtualHost) -> list[dict]:
    """The proof handshakes of the live deployment on a host, each with the `node` it was made on and `at`
    (ISO 8601).

    A host that did not change with that deployment was proven by an earlier one.
    """
    found = []
    for node in nodes(host.account):
        proofs = Proof.objects.filter(
            node=node, deployment__account=host.account_id, status=ProofStatus.PROVEN
        )
        for proof in proofs.order_by("-pk")[:20]:
            own = [
                p | {"node": node.name, "at": proof.proven_at.isoformat()}
                for p in proof.probes
                if p["host"] == host.name
            ]
            if own:
                found += own
                break
    return found


def sent_away(probe: dict[str, Any]) -> bool:
    """Whether a probe was refused; those made before there was a choice read 400 then."""
    return bool(probe.get("refused", probe["status"] == 400))


def trusted_on(host: VirtualHost) -> set[str]:
    """Fingerprints of the certificates that open a host as it is live: issuers and pinned clients."""
    live = Deployment.objects.filter(account=host.account_id, status=DeploymentStatus.LIVE).first()
    found = opening(live.compiled).get(str(host.uuid)) if live else None
    return set(found.fingerprints) if found else set()


@dataclass(frozen=True)
class Opening:
    """What opens a host: fingerprints of trusted issuers, and of pinned clients."""

    issuers: frozenset[str]
    pins: frozenset[str]

    @property
    def fingerprints(self) -> frozenset[str]:
        return self.issuers | self.pins


def opening(compiled: dict) -> dict[str, Opening]:
    """Of a compiled deployment: what opens each host (uuid) that asks for certificates."""
    return {
        gate["host_id"]: Opening(frozenset(gate["trust"]["issuers"]), frozenset(gate["trust"]["pins"]))
        for gate in compiled["ir"]["gates"]
        if gate["trust"]
    }


def enforced_since(host: VirtualHost, *, not_before: datetime) -> datetime | None:
    """When every node had proven a deployment that brought the host as it was at `not_before`, or newer, and
    it still is what the gateway does; None: not (yet), or it was rolled back.
    """
    were_live = list(
        Deployment.objects.filter(
            account=host.account_id, status__in=(DeploymentStatus.LIVE, DeploymentStatus.SUPERSEDED)
        )
        .filter(moves__new=DeploymentStatus.LIVE)
        .select_related("batch")
        .only("created_at", "status", "goes_back_to", "batch__hosts")
        .order_by("-pk")
    )
    if not were_live or were_live[0].status != DeploymentStatus.LIVE:
        return None
    source = _source(were_live, host)
    if source is None or source.created_at < not_before:
        return None
    brought = [one for one in were_live if one.created_at >= not_before and _brings(one, host)]
    proofs = brought[-1].proofs.filter(proven_at__isnull=False)
    return max(proofs.values_list("proven_at", flat=True), default=None)


def _brings(deployment: Deployment, host: VirtualHost) -> bool:
    """Whether it was compiled from the host of its day, and not taken from what was live or earlier."""
    if deployment.goes_back_to_id is not None:
        return False
    return deployment.batch is None or any(row["uuid"] == str(host.uuid) for row in deployment.batch.hosts)


def _source(were_live: list[Deployment], host: VirtualHost) -> Deployment | None:
    """The deployment whose compilation of the host the gateway serves; `were_live`: newest, which is live,
    first."""
    position = {deployment.pk: at for at, deployment in enumerate(were_live)}
    at: int | None = 0
    while at is not None and at < len(were_live):
        deployment = were_live[at]
        if _brings(deployment, host):
            return deployment
        # A rollback is what the earlier one was; a batch left the host as it was live before.
        at = at + 1 if deployment.goes_back_to_id is None else position.get(deployment.goes_back_to_id)
    return None


def refused_lately(host: VirtualHost, *, limit: int = 8) -> QuerySet[Sighting]:
    """The latest refusals on a host."""
    refused = Sighting.objects.filter(host=host, outcome=Outcome.REFUSED)
    return refused.order_by("-last_seen")[:limit]


def served_lately(host: VirtualHost, *, limit: int = 5) -> list[Sighting]:
    """The certificates that a host served last, each once."""
    served = Sighting.objects.filter(host=host, outcome=Outcome.SERVED).exclude(fingerprint="")
    found: dict[str, Sighting] = {}
    for sighting in served.order_by("-last_seen")[: 5 * limit]:
        found.setdefault(sighting.fingerprint, sighting)
    return list(found.values())[:limit]


@dataclass(frozen=True)
class Trial:
    """A host in trial. `since`: it went live so. `calls` would have been refused, `bare` of them without a
    certificate, the others by `certificates`. `latest`: some of them, newest first, each with its `noted`."""

    since: datetime
    calls: int
    bare: int
    certificates: int
    latest: list[Sighting]

    @property
    def with_one(self) -> int:
        """Calls with a certificate."""
        return self.calls - self.bare


def trial_of(host: VirtualHost, *, limit: int = 8) -> Trial | None:
    """Who would be refused on a host that the gateway has in trial now; None: it has not."""
    since = _in_trial_since(host)
    if since is None:
        return None
    seen = noted_in_trial().filter(host=host, last_seen__gte=since)
    bare = Q(fingerprint="")
    told = seen.order_by().aggregate(
        calls=Sum("noted", default=0),
        bare=Sum("noted", filter=bare, default=0),
        certificates=Count("fingerprint", filter=~bare, distinct=True),
    )
    return Trial(since, latest=list(seen.order_by("-last_seen")[:limit]), **told)


def noted_in_trial() -> QuerySet[Sighting]:
    """What would have been refused on hosts in trial, each with how often since that began, as `noted`."""
    seen = Sighting.objects.filter(reason__startswith=TRIAL, count__gt=F("before_trial"))
    return seen.annotate(noted=F("count") - F("before_trial"))


def _in_trial_since(host: VirtualHost) -> datetime | None:
    """When the first of the deployments in a row that have the host in trial went live."""
    went_live = Deployment.objects.filter(
        account=host.account_id, status__in=(DeploymentStatus.LIVE, DeploymentStatus.SUPERSEDED)
    ).filter(moves__new=DeploymentStatus.LIVE)
    first = None
    modes = went_live.order_by("-pk").values_list("pk", f"compiled__hosts__{host.uuid}__client_auth")
    for pk, mode in modes[:LOOKED_BACK]:
        if mode != ClientAuth.TRIAL:
            break
        first = pk
    if first is None:
        return None
    return DeploymentMove.objects.filter(subject=first, new=DeploymentStatus.LIVE).latest("at").at


def totals(host: VirtualHost) -> dict[str, int]:
    """How many calls the gateway logged on a host, `served` and `refused`."""
    rows = Sighting.objects.filter(host=host).values_list("outcome").annotate(total=Sum("count"))
    return {"served": 0, "refused": 0} | dict(rows)
