"""Shapes of deployments and nodes on the REST API."""

from .deployments import (
    CanaryOut,
    ChangeOut,
    DeployIn,
    DeploymentDetailOut,
    DeploymentIn,
    DeploymentOut,
    DiffOut,
    ProblemOut,
    ProofOut,
    ScheduleOut,
    SeenOut,
)
from .nodes import CellOut, NodeDetailOut, NodeEventOut, NodeOut, NodeProofOut
from .rollouts import BatchOut, RepublishedOut, RolloutDetailOut, RolloutIn, RolloutOut

__all__ = [
    "BatchOut",
    "CanaryOut",
    "CellOut",
    "ChangeOut",
    "DeployIn",
    "DeploymentDetailOut",
    "DeploymentIn",
    "DeploymentOut",
    "DiffOut",
    "NodeDetailOut",
    "NodeEventOut",
    "NodeOut",
    "NodeProofOut",
    "ProblemOut",
    "ProofOut",
    "RepublishedOut",
    "RolloutDetailOut",
    "RolloutIn",
    "RolloutOut",
    "ScheduleOut",
    "SeenOut",
]
