"""Reads of deployments, nodes, proof and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Account
from vhosts.models import ClientAuth, VirtualHost

from . import cells
from .lifecycle import DeploymentStatus, Outcome, ProofStatus
from .models import Deployment, DeploymentMove, Node, NodeEvent, Proof, Sighting

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


def nodes(account: Account) -> QuerySet[Node]:
    """The gateway nodes that serve an account, by name."""
    return cells.nodes_of(account)


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
    """When every node had proven a live deployment that was planned after `not_before`; None: not (yet).

    Planned after: such a deployment was compiled from what was there at `not_before`, or from something
    newer.
    """
    live = (
        Deployment.objects.filter(account=host.account_id, status=DeploymentStatus.LIVE)
        .only("created_at", "pk")
        .first()
    )
    if live is None or live.created_at < not_before:
        return None
    first = (
        Deployment.objects.filter(
            account=host.account_id,
            created_at__gte=not_before,
            status__in=(DeploymentStatus.LIVE, DeploymentStatus.SUPERSEDED),
            proofs__status=ProofStatus.PROVEN,
        )
        .order_by("pk")
        .only("pk")
        .first()
    )
    if first is None:
        return None
    return max(proof.proven_at for proof in first.proofs.all() if proof.proven_at)


def refused_lately(host: VirtualHost, *, limit: int = 8) -> QuerySet[Sighting]:
    """The latest refusals on a host."""
    refused = Sighting.objects.filter(host=host, outcome=Outcome.REFUSED).select_related("host")
    return refused.order_by("-last_seen")[:limit]


@dataclass(frozen=True)
class Trial:
    """A host in trial. `since`: it went live so. `calls` would have been refused, `bare` of them without a
    certificate, the others by `certificates`. `latest`: some of them, newest first."""

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
    seen = Sighting.objects.filter(host=host, reason__startswith=TRIAL, last_seen__gte=since)
    bare = Q(fingerprint="")
    told = seen.order_by().aggregate(
        calls=Sum("count", default=0),
        bare=Sum("count", filter=bare, default=0),
        certificates=Count("fingerprint", filter=~bare, distinct=True),
    )
    return Trial(since, latest=list(seen.select_related("host").order_by("-last_seen")[:limit]), **told)


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
