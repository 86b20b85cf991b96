"""What the gateway knows of a host, and how its words are said to people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from catalog import selectors as catalog
from catalog.models import RemovedProxy
from vhosts.models import VirtualHost

from .. import selectors
from ..lifecycle import DeploymentStatus
from ..models import Deployment, Node, Sighting

register = template.Library()

SILENT = timedelta(seconds=30)

# reason of a refusal → what a person reads, and the answer that the caller got
REFUSALS = {
    "no_client_certificate": ("No certificate was sent.", "400 No required SSL certificate was sent"),
    "client_certificate_refused": (
        "Nothing in the truststore vouches for this certificate.",
        "400 The SSL certificate error",
    ),
    "unknown_host": ("The name asked for is no host here.", "the connection was closed"),
}


@register.filter
def node_status(node: Node) -> str:
    """proven, behind, or no answer: nothing was heard of it for 30 seconds."""
    if node.last_seen is None or timezone.now() - node.last_seen > SILENT:
        return "no answer"
    return "behind" if node.trouble or node.wanted_version != node.live_version else "proven"


@register.filter
def refusal(sighting: Sighting) -> tuple[str, str]:
    """Why a caller was refused, and what it read."""
    broken = f"The handshake broke off: {sighting.reason.replace('_', ' ')}."
    return REFUSALS.get(sighting.reason, (broken, "no HTTP answer"))


@register.filter
def caller(sighting: Sighting) -> str:
    """Who called: the common name of the certificate, or its whole subject, or that there was none."""
    for part in sighting.subject.split(","):
        if part.strip().upper().startswith("CN="):
            return part.strip()[3:]
    return sighting.subject or ("Unnamed" if sighting.fingerprint else "Unknown")


@register.filter
def probe_words(probe: dict[str, Any] | str) -> str:
    """What a probe got, after its status: refused as it should be, answered, or what went wrong."""
    if not probe:
        return "not asked"
    if not probe["ok"]:
        return f"expected {probe['expected']}, got {probe['reason']}"
    return "refused" if probe["status"] == 400 else "answered, nobody is asked"


@register.inclusion_tag("gateway/_host_turn.html", takes_context=True)
def host_turn(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The turn strip of a host: what waits for a deployment, and who may start it."""
    actor = context.get("actor")
    proxies = catalog.proxies_on(host).order_by()
    return {
        "to_redeploy": proxies.filter(needs_redeploy=True).count(),
        "to_deploy": proxies.filter(deployed_digest="").count(),
        "to_republish": catalog.products_on(host).filter(needs_republish=True).count(),
        "gone": sum(host.name in gone.hosts for gone in RemovedProxy.objects.filter(account=host.account_id)),
        "differences": [] if actor is None else _differences(host),
        "under_way": Deployment.objects.filter(
            account=host.account_id,
            status__in=("planned", "checking", "ready", "delivering"),
        )
        .defer("compiled")
        .first(),
        "may_deploy": actor is not None and actor.may("gateway:deploy"),
        "csrf_token": context.get("csrf_token"),
    }


def _differences(host: VirtualHost) -> list[str]:
    """What the gateway does otherwise than the host says today, as sentences; empty when in step."""
    key = f"compiled__hosts__{host.uuid}"
    live = Deployment.objects.filter(account=host.account_id, status=DeploymentStatus.LIVE)
    row = live.values_list(key, flat=True).first()
    if not row:
        return ["The gateway does not know this host yet."]
    said = []
    if row["name"] != host.name:
        said.append(f"The gateway still answers to {row['name']}.")
    if row["client_auth"] != host.client_auth:
        said.append(f"On the gateway client authentication is still {row['client_auth']}.")
    elif row["facts"].get("truststore", "") != _truststore(host):
        said.append("The gateway still trusts by " + (row["facts"].get("truststore") or "nothing") + ".")
    return said


def _truststore(host: VirtualHost) -> str:
    """The truststore as the compiled facts of a host name it."""
    store = host.trusted
    if store is None or store.current is None:
        return ""
    return f"{store.name} version {store.current.number}" + (
        f" via {host.reference}" if host.reference else ""
    )


@register.inclusion_tag("gateway/_refused_lately.html", takes_context=True)
def refused_lately(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The panel “Refused lately”: who, why, how often, when."""
    actor = context.get("actor")
    allowed = actor is not None and actor.may("gateway:read")
    return {"sightings": selectors.refused_lately(host) if allowed else [], "allowed": allowed}


@register.inclusion_tag("gateway/_call_totals.html", takes_context=True)
def call_totals(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The panel “Calls”: what the gateway logged on a host since it knows it."""
    actor = context.get("actor")
    allowed = actor is not None and actor.may("gateway:read")
    seen = Sighting.objects.filter(host=host) if allowed else Sighting.objects.none()
    clients = seen.exclude(fingerprint="").order_by()
    return {
        "allowed": allowed,
        "totals": selectors.totals(host) if allowed else {},
        "served_clients": clients.filter(outcome="served").values("fingerprint").distinct().count(),
        "latest": seen.first(),
    }


@register.inclusion_tag("gateway/_proof_per_node.html", takes_context=True)
def proof_per_node(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The panel “Proof per node”: the calls that each node made on a host after it last changed."""
    actor = context.get("actor")
    if actor is None or not actor.may("gateway:read"):
        return {"allowed": False}
    probes: dict[str, dict[str, Any]] = {}
    for probe in selectors.probes_on(host):
        probes.setdefault(probe["node"], {})[probe["what"].replace(" ", "_")] = probe
    rows = []
    for node in selectors.nodes():
        own = probes.get(node.name, {})
        at = next((datetime.fromisoformat(probe["at"]) for probe in own.values()), None)
        rows.append({"node": node, "probes": own, "at": at, "status": node_status(node)})
    proven = sum(bool(row["probes"]) and row["status"] == "proven" for row in rows)
    return {
        "allowed": True,
        "rows": rows,
        "whole": ("proven" if proven == len(rows) else "behind") if rows else "",
        "words": f"{proven} of {len(rows)} proven",
        "live": selectors.live_of(host.account),
    }
