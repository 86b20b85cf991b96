"""A deployment that nobody started gives way to a newer state of things."""

from __future__ import annotations

from accounts import audit
from accounts.actors import portal
from common.outbox import announce
from common.transitions import move

from .lifecycle import DeploymentStatus
from .models import Deployment


def supersede(deployment: Deployment, *, by: str, reason: str) -> None:
    """Move it to *superseded*. Where it was to start by itself, those who may deploy are told."""
    if deployment.status != DeploymentStatus.SCHEDULED:
        move(deployment, DeploymentStatus.SUPERSEDED, actor=by, reason=reason)
        return
    problem = not_started(reason)
    move(deployment, DeploymentStatus.SUPERSEDED, actor=by, reason=reason, problem=problem)
    audit.record(portal(deployment.account), "deployment:not_started", deployment, why=reason)
    announce("deployment.not_started", deployment.uuid)


def not_started(why: str) -> str:
    """The sentence about a deployment that did not start by itself."""
    return f"It was not started at its time: {why.rstrip('.')}."
