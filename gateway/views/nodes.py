"""Pages of the gateway's nodes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import actor_of

from .. import access, selectors
from ..models import Proof

LATEST = 20


def nodes(request: HttpRequest) -> HttpResponse:
    """Every gateway node: what it serves, and when it was last heard of."""
    actor = actor_of(request)
    actor.require("gateway:read")
    return render(request, "gateway/nodes.html", {"nodes": selectors.nodes()})


def node(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A node, and what it proved of this account's deployments."""
    actor = actor_of(request)
    found = access.get_node(actor, uuid)
    proofs = (
        Proof.objects.filter(node=found, deployment__account=actor.account)
        .select_related("deployment")
        .defer("deployment__compiled")
        .order_by("-pk")[:LATEST]
    )
    return render(request, "gateway/node.html", {"node": found, "proofs": proofs})
