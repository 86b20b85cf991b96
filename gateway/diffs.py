"""What a deployment changes for Envoy: the JSON of each host's chain, and of its targets, line by line."""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from typing import Any

from .composing import NOTHING, Configuration, differing_hosts
from .lifecycle import DeploymentStatus
from .models import Deployment

_CLUSTER = re.compile(r"target-[0-9a-f]{24}")


def before(deployment: Deployment) -> Deployment | None:
    """What was live before the deployment, or is live until it is."""
    earlier = Deployment.objects.filter(account=deployment.account_id, pk__lt=deployment.pk)
    return earlier.filter(moves__new=DeploymentStatus.LIVE).order_by("-pk").first()


def changed_hosts(old: Configuration | None, new: Configuration) -> list[str]:
    """Names of the hosts whose chain is new, gone or different; by name."""
    old = old or NOTHING
    rows = [new["hosts"].get(uuid) or old["hosts"][uuid] for uuid in differing_hosts(old, new)]
    return sorted(row["name"] for row in rows)


def diff_of(old: Configuration | None, new: Configuration, name: str) -> str:
    """Unified diff (four lines of context) of one host by its name of today. It names the files of keys and
    certificates; neither side holds a secret."""
    old = old or NOTHING
    uuid = next((key for side in (new, old) for key, row in side["hosts"].items() if row["name"] == name), "")
    texts = [_text(side, uuid).splitlines() for side in (old, new)]
    return "\n".join(unified_diff(*texts, fromfile="live", tofile="this deployment", lineterm="", n=4))


def _text(side: Configuration, uuid: str) -> str:
    host = side["hosts"].get(uuid)
    if host is None:
        return ""
    chain: dict[str, Any] = side["chains"][host["name"]]
    named = sorted(set(_CLUSTER.findall(json.dumps(chain))))
    shown = {"filter_chain": chain, "clusters": [side["clusters"][cluster] for cluster in named]}
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False)


def lines_of(diff: str) -> list[dict[str, str]]:
    """The lines of a diff for a page: text and kind (add, del, at, same). The first two name the sides."""
    kinds = {"+": "add", "-": "del", "@": "at"}
    return [
        {"text": line, "kind": kinds.get(line[:1], "same") if number > 1 else "at"}
        for number, line in enumerate(diff.splitlines())
    ]
