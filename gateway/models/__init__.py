"""Cells and nodes, deployments with the proof of each node, and what the gateway saw."""

from .denials import Denial, DenialOnNode
from .deployments import Canary, DeployedHost, DeployedKey, Deployment, DeploymentMove, Proof, Schedule
from .nodes import Cell, CellAssignment, Node, NodeAuthority, NodeEvent
from .rollouts import Rollout, RolloutBatch, RolloutMove
from .seen import Sighting

__all__ = [
    "Canary",
    "Cell",
    "CellAssignment",
    "Denial",
    "DenialOnNode",
    "DeployedHost",
    "DeployedKey",
    "Deployment",
    "DeploymentMove",
    "Node",
    "NodeAuthority",
    "NodeEvent",
    "Proof",
    "Rollout",
    "RolloutBatch",
    "RolloutMove",
    "Schedule",
    "Sighting",
]
