"""Statuses of a deployment and of a node's proof, and the moves between them."""

from django.db import models


class DeploymentStatus(models.TextChoices):
    """Whose turn it is with a deployment."""

    PLANNED = "planned", "planned"  # the worker's: compile it and let Envoy check it
    CHECKING = "checking", "checking"  # the worker's: it is at it
    READY = "ready", "ready"  # the administrator's: look at the impact, then deploy
    DELIVERING = "delivering", "delivering"  # the nodes': take it and prove it
    LIVE = "live", "live"  # nobody's: every node proved it
    REJECTED = (
        "rejected",
        "rejected",
    )  # the administrator's: read why, mend it, plan again; the last good one is live
    SUPERSEDED = "superseded", "superseded"  # nobody's: a later one took its place


DEPLOYMENT_MOVES = {
    DeploymentStatus.PLANNED: {DeploymentStatus.CHECKING, DeploymentStatus.SUPERSEDED},
    # back to planned: a worker died in the middle, the sweep gives the work to another
    DeploymentStatus.CHECKING: {
        DeploymentStatus.READY,
        DeploymentStatus.REJECTED,
        DeploymentStatus.PLANNED,
        DeploymentStatus.SUPERSEDED,
    },
    DeploymentStatus.READY: {DeploymentStatus.DELIVERING, DeploymentStatus.SUPERSEDED},
    DeploymentStatus.DELIVERING: {DeploymentStatus.LIVE, DeploymentStatus.REJECTED},
    DeploymentStatus.LIVE: {DeploymentStatus.SUPERSEDED},
    DeploymentStatus.REJECTED: set(),
    DeploymentStatus.SUPERSEDED: set(),
}


class ProofStatus(models.TextChoices):
    """What one node says of a deployment."""

    WAITING = "waiting", "waiting"  # the node has not answered
    ACKNOWLEDGED = "acknowledged", "acknowledged"  # Envoy took it; the probe handshakes run
    PROVEN = "proven", "proven"  # a real client was answered as it should be
    REFUSED = "refused", "refused"  # Envoy or a probe said no; the last good one is back


UNSETTLED = (ProofStatus.WAITING, ProofStatus.ACKNOWLEDGED)


class Outcome(models.TextChoices):
    """What a client got."""

    SERVED = "served", "served"
    REFUSED = "refused", "refused"
