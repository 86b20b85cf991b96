"""Statuses of a deployment and of a node's proof, and the moves between them."""

from django.db import models


class DeploymentStatus(models.TextChoices):
    """Whose turn it is with a deployment."""

    PLANNED = "planned", "planned"  # the worker's: compile it and let Envoy check it
    CHECKING = "checking", "checking"  # the worker's: it is at it
    READY = "ready", "ready"  # the administrator's: look at the impact, then deploy
    SCHEDULED = "scheduled", "scheduled"  # the clock's: it starts by itself, if nothing is worse by then
    DELIVERING = "delivering", "delivering"  # the nodes': take it and prove it
    CANARY = "canary", "on its first nodes"  # the administrator's: look, then go on or take it back
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
    DeploymentStatus.READY: {
        DeploymentStatus.SCHEDULED,
        DeploymentStatus.DELIVERING,
        DeploymentStatus.SUPERSEDED,
    },
    # back to ready: somebody cancelled it, or it became worse than what was confirmed
    DeploymentStatus.SCHEDULED: {
        DeploymentStatus.READY,
        DeploymentStatus.DELIVERING,
        DeploymentStatus.SUPERSEDED,
    },
    DeploymentStatus.DELIVERING: {
        DeploymentStatus.CANARY,
        DeploymentStatus.LIVE,
        DeploymentStatus.REJECTED,
    },
    DeploymentStatus.CANARY: {DeploymentStatus.DELIVERING, DeploymentStatus.REJECTED},
    DeploymentStatus.LIVE: {DeploymentStatus.SUPERSEDED},
    DeploymentStatus.REJECTED: set(),
    DeploymentStatus.SUPERSEDED: set(),
}


# Some nodes serve it, and not all have proven it: it blocks the next one.
ON_NODES = (DeploymentStatus.DELIVERING, DeploymentStatus.CANARY)
# Not on any node yet: a newer plan takes its place.
UNSTARTED = (
    DeploymentStatus.PLANNED,
    DeploymentStatus.CHECKING,
    DeploymentStatus.READY,
    DeploymentStatus.SCHEDULED,
)


class ProofStatus(models.TextChoices):
    """What one node says of a deployment."""

    WAITING = "waiting", "waiting"  # the node has not answered
    ACKNOWLEDGED = "acknowledged", "acknowledged"  # Envoy took it; the probe handshakes run
    PROVEN = "proven", "proven"  # a real client was answered as it should be
    REFUSED = "refused", "refused"  # Envoy or a probe said no; the last good one is back


UNSETTLED = (ProofStatus.WAITING, ProofStatus.ACKNOWLEDGED)


class RolloutStatus(models.TextChoices):
    """Whose turn it is with a redeploy in batches."""

    RUNNING = "running", "running"  # the portal's: one batch after the other
    PAUSED = "paused", "paused"  # the administrator's: resume or stop; the batch under way still ends
    FAILED = "failed", "stopped by a failure"  # the administrator's: mend it, then redeploy what remains
    STOPPED = "stopped", "stopped"  # nobody's: somebody ended it; what remains stays flagged
    DONE = "done", "done"  # nobody's: every batch is live and proven


ROLLOUT_MOVES = {
    RolloutStatus.RUNNING: {
        RolloutStatus.PAUSED,
        RolloutStatus.FAILED,
        RolloutStatus.STOPPED,
        RolloutStatus.DONE,
    },
    # A batch that was under way when somebody paused may still fail, or be the last one.
    RolloutStatus.PAUSED: {
        RolloutStatus.RUNNING,
        RolloutStatus.FAILED,
        RolloutStatus.STOPPED,
        RolloutStatus.DONE,
    },
    RolloutStatus.FAILED: set(),
    RolloutStatus.STOPPED: set(),
    RolloutStatus.DONE: set(),
}


class BatchStatus(models.TextChoices):
    """Where one batch of a rollout stands."""

    WAITING = "waiting", "waiting"
    RUNNING = "running", "under way"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Outcome(models.TextChoices):
    """What a client got."""

    SERVED = "served", "served"
    REFUSED = "refused", "refused"
