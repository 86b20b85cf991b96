"""Pages of the gateway's nodes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import actor_of

from .. import access, selectors
from ..cells import account_counts
from ..models import NodeEvent

LOOKS = {  # of a node's history: icon and tone
    "added": ("plus-lg", "us"),
    "enrolled": ("patch-check-fill", "ok"),
    "in step again": ("patch-check-fill", "ok"),
    "heard of again": ("check-circle-fill", "ok"),
    "Envoy answers again": ("check-circle-fill", "ok"),
    "refused": ("x-octagon-fill", "bad"),
    "Envoy does not answer": ("x-octagon-fill", "bad"),
    "other release": ("arrow-repeat", "us"),
    "dropped": ("exclamation-triangle-fill", "warn"),
    "retired": ("dash-circle", "idle"),
}


def nodes(request: HttpRequest) -> HttpResponse:
    """The gateway nodes that serve the account: what each serves, and when it was last heard of."""
    actor = actor_of(request)
    actor.require("gateway:read")
    return render(request, "gateway/nodes.html", {"nodes": selectors.nodes(actor.account)})


def node(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A node, its history, and what it proved of this account's deployments."""
    actor = actor_of(request)
    found = access.get_node(actor, uuid)
    context = {
        "node": found,
        "proofs": selectors.proofs_on(found, actor.account),
        "events": [_event(event) for event in selectors.history_of(found)],
        "account_count": account_counts().get(found.cell_id, 0),
    }
    return render(request, "gateway/node.html", context)


def _event(event: NodeEvent) -> dict[str, object]:
    icon, tone = LOOKS.get(event.what, ("circle", "idle"))
    return {
        "who": event.actor,
        "did": event.what,
        "at": event.at,
        "text": event.text,
        "icon": icon,
        "tone": tone,
    }
