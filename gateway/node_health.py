"""How a node is: what its agent says, since when something is wrong with it, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from common.errors import Conflict
from common.words import sentence

from .agent.release import FORM, RELEASE, named
from .models import Node, NodeEvent

SILENT = timedelta(seconds=30)
REFUSED = "It refused what it was given last, and serves the last good one."
NO_ENVOY = "Its agent answers, and Envoy beside it does not."


STATUSES = (
    "proven",
    "behind",
    "refusing",
    "other release",
    "no envoy",
    "no answer",
    "not enrolled",
    "retired",
)


@dataclass(frozen=True)
class Health:
    """`status`: one of STATUSES; `since` when, where that is known; `why`, a sentence, or ""."""

    status: str
    since: datetime | None = None
    why: str = ""


def health_of(node: Node, now: datetime | None = None) -> Health:
    """What is to be said of a node first. Envoy goes on with what it has in each of these states."""
    now = now or timezone.now()
    if node.retired_at:
        return Health(
            "retired", node.retired_at, "Its certificate is refused, and nothing waits for its proof."
        )
    if node.remote and not node.certificate_sha256:
        return Health(
            "not enrolled", node.created_at, "It has no certificate yet: run the enrol command there."
        )
    if node.last_seen is None or now - node.last_seen > SILENT:
        return Health("no answer", node.last_seen, "Its agent is what to look at.")
    if not node.envoy_ready:
        return Health("no envoy", node.trouble_since, NO_ENVOY)
    if node.trouble:
        return Health("refusing", node.trouble_since, node.trouble)
    if why := said_of_release(node):
        return Health("other release", node.other_release_since, f"It {why}.")
    if node.wanted_version != node.live_version:
        return Health(
            "behind", node.behind_since, "It was given another configuration and has not proved it yet."
        )
    return Health("proven")


def said_of_release(node: Node) -> str:
    """Which release a node runs and what to do, when it cannot be given what this portal sends; else "".
    What its agent runs is known from its heartbeats."""
    if node.form is None or node.form == FORM:
        return ""
    both = f"runs {named(node.release, node.form)}, the portal {named(RELEASE, FORM)}"
    which = "it" if node.form < FORM else "the portal"
    return f"{both}: update {which} before the next deployment"


def refuse_other_release(nodes: Iterable[Node]) -> None:
    """Raise Conflict, naming each node that could not be given a deployment, and the remedy."""
    if said := [f"node {node} {why}" for node in nodes if (why := said_of_release(node))]:
        raise Conflict("other_release", sentence("; ".join(said)) + ".")


def note(node: Node, what: str, text: str = "", *, actor: str = "") -> None:
    """A line of a node's history; `actor` is the node itself unless told. It names no account and no host,
    for every account that it serves reads it."""
    NodeEvent.objects.create(node=node, actor=actor or node.name, what=what, text=text[:500])


def heard_from(*, node: Node, serving: str, ready: bool, release: str, form: int, at: datetime) -> None:
    """A heartbeat: `serving` is the version that was proved last, `ready` whether Envoy answers, `release`
    and `form` are those of the agent's `release.py`, "" and 0 when it does not tell."""
    before = Node.objects.get(pk=node.pk)
    fresh = {"last_seen": at, "live_version": serving, "envoy_ready": ready, "release": release, "form": form}
    fresh["other_release_since"] = None if form == FORM else before.other_release_since or at
    if before.form is not None and (release, form) != (before.release, before.form):
        note(node, "other release", f"It runs {named(release, form)} now.")
    if serving == before.wanted_version:
        fresh["behind_since"] = None
    if ready != before.envoy_ready:
        fresh["trouble_since"] = None if ready and not before.trouble else at
        note(node, "Envoy answers again" if ready else "Envoy does not answer")
    if before.last_seen and at - before.last_seen > SILENT:
        note(
            node, "heard of again", f"Nothing was heard of it since {before.last_seen:%-d %b %Y, %H:%M} UTC."
        )
    Node.objects.filter(pk=node.pk).update(**fresh)


def proved(*, node: Node, version: str) -> None:
    """The node serves `version` and real handshakes went as they should."""
    before = Node.objects.get(pk=node.pk)
    fresh = {"live_version": version, "trouble": "", "trouble_since": None}
    if version == before.wanted_version:
        fresh["behind_since"] = None
        late = before.behind_since and timezone.now() - before.behind_since > SILENT
        if before.trouble or late:
            note(node, "in step again", "It proved what is live.")
    Node.objects.filter(pk=node.pk).update(**fresh)


def in_trouble(*, node: Node, why: str) -> None:
    """The node refused what it was given. `why`: a reason that lies in the node itself, or "" for one that
    only the account it concerns may read."""
    before = Node.objects.get(pk=node.pk)
    text = why or REFUSED
    if before.trouble != text:
        note(node, "refused", text)
    since = before.trouble_since if before.trouble else timezone.now()
    Node.objects.filter(pk=node.pk).update(trouble=text, trouble_since=since)
