"""Deployments: planned, checked by Envoy, delivered, proven by each node."""

from .concluding import about
from .planning import plan, plan_batch, plan_rollback, prepare, refuse_beside_rollout
from .proving import acknowledged, proven, refused, what_failed
from .starting import go_on, refuse_part_of_rollout, start, take_back
from .sweeping import conclude_answered, give_back_stale

__all__ = [
    "about",
    "acknowledged",
    "conclude_answered",
    "give_back_stale",
    "go_on",
    "plan",
    "plan_batch",
    "plan_rollback",
    "prepare",
    "proven",
    "refuse_beside_rollout",
    "refuse_part_of_rollout",
    "refused",
    "start",
    "take_back",
    "what_failed",
]
