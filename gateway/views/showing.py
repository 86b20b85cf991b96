"""What pages show of a deployment: changes, problems, Envoy's view of it, and what a canary saw."""

from __future__ import annotations

import json
from typing import Any

from .. import canaries, diffs, rollbacks
from ..lifecycle import DeploymentStatus as S
from ..models import Deployment

SHOWN_CHAINS = 5
SEVERITY = {
    "left out": "error",
    "keeps what is live": "error",
    "unavailable": "error",
    "refuses everybody": "warning",
    "refuses every certificate": "warning",
    "notes everybody": "warning",
}


def changes_of(found: Deployment) -> dict[str, list[dict[str, Any]]]:
    """Hosts first, each with a sign of the difference list."""
    signs = {"new": "add", "removed": "del", "changed": "same", "kept": "same"}
    rows = [row | {"sign": signs[row["kind"]]} for row in found.changes]
    return {
        "hosts": [row for row in rows if row["what"] == "host"],
        "proxies": [row for row in rows if row["what"] == "proxy"],
    }


def problems_of(found: Deployment) -> list[dict[str, str]]:
    """Its problems as findings, worst first."""
    told = (found.compiled or {}).get("problems", [])
    order = ["error", "warning", "remark"]
    findings = [
        {
            "severity": SEVERITY.get(problem["effect"], "remark"),
            "sentence": problem["sentence"],
            "code": problem["code"],
            "subject": problem["host"] or problem["subject"],
            "remedy": problem["remedy"],
        }
        for problem in told
    ]
    return sorted(findings, key=lambda finding: order.index(finding["severity"]))


def chains_of(found: Deployment, q: str) -> dict[str, Any]:
    """Compiled filter chains of a few hosts as text. They name files; they hold no key."""
    chains = (found.compiled or {}).get("chains", {})
    names = [name for name in sorted(chains) if q.lower() in name]
    shown = [(name, json.dumps(chains[name], indent=2)) for name in names[:SHOWN_CHAINS]]
    return {"chains": shown, "chain_count": len(chains), "chains_left": len(names) - len(shown)}


def differences_of(found: Deployment, q: str) -> dict[str, Any]:
    """What changes for Envoy on a few hosts, line by line, and against which deployment."""
    if not found.compiled:
        return {"diff_count": 0}
    earlier = diffs.before(found)
    old = earlier.compiled if earlier else None
    names = diffs.changed_hosts(old, found.compiled)
    matching = [name for name in names if q.lower() in name]
    shown = matching[:SHOWN_CHAINS]
    return {
        "against": earlier,
        "diffs": [(name, diffs.lines_of(diffs.diff_of(old, found.compiled, name))) for name in shown],
        "diff_count": len(names),
        "diffs_left": len(matching) - len(shown),
    }


def canary_of(found: Deployment) -> dict[str, Any]:
    """While somebody has to decide: what the canary's nodes saw since."""
    if found.status != S.CANARY:
        return {}
    rows = canaries.seen_since(found.canary)
    return {"canary": found.canary, "seen": rows, "rising": [row.host for row in rows if row.rises]}


def may_go_back_to(found: Deployment) -> bool:
    """Whether it was live and is not now."""
    return found.status == S.SUPERSEDED and rollbacks.was_live(found)
