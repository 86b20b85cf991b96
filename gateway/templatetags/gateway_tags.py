"""What the gateway knows of a host, and how its words are said to people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse

from accounts.models import Account
from catalog import selectors as catalog
from catalog.models import RemovedProxy
from vhosts.models import ClientAuth, Refusal, VirtualHost

from .. import selectors
from ..cells import cells_of
from ..host_state import HostState, differences, state_of
from ..lifecycle import ON_NODES, UNSTARTED
from ..models import Deployment, Node, Sighting
from ..node_health import Health, health_of

register = template.Library()

# reason of a refusal → what a person reads, and the answer that the caller got, after its HTTP status
REFUSALS = {
    "no_client_certificate": ("No certificate was sent.", "No required SSL certificate was sent"),
    "client_certificate_refused": (
        "Nothing in the truststore vouches for this certificate.",
        "The SSL certificate error",
    ),
    "name_not_allowed": (
        "Its CA is trusted, but no name rule there allows one of its names.",
        "The SSL certificate error",
    ),
    "unknown_issuer": (
        "The CA that issued it is no entry of the truststore, whose anchors have different name rules.",
        "The SSL certificate error",
    ),
    "handshake_no_client_certificate": ("No certificate was sent.", "a TLS alert, or a reset"),
    "handshake_client_certificate_refused": (
        "Nothing in the truststore vouches for this certificate.",
        "a TLS alert, or a reset",
    ),
    "certificate_denied": (
        "The account refuses this certificate on every host: see Denials.",
        "The SSL certificate error",
    ),
    "unknown_host": ("The name asked for is no host here.", "the connection was closed"),
}
ASKS = {
    ClientAuth.OFF: "Nobody is asked for a certificate",
    ClientAuth.OPTIONAL: "Who sends a certificate must be trusted",
    ClientAuth.TRIAL: "Nobody is refused; who would be is written down",
    ClientAuth.REQUIRED: "Every caller needs a certificate",
}


@register.filter
def health(node: Node) -> Health:
    """How a node is, since when, and why."""
    return health_of(node)


@register.simple_tag
def serving(account: Account) -> dict[str, Any]:
    """Who serves an account: `cell`, `leaving` while it moves there, and `nodes`. Two queries."""
    cell, *leaving = cells_of(account)
    return {"cell": cell, "leaving": leaving[0] if leaving else None, "nodes": selectors.nodes(account)}


@register.filter
def refusal(sighting: Sighting) -> tuple[str, str]:
    """Why a caller was refused, and what it read."""
    if sighting.reason.startswith(selectors.TRIAL):
        return REFUSALS[sighting.reason.removeprefix(selectors.TRIAL)][0], "answered, as in trial"
    broken = f"The handshake broke off: {sighting.reason.replace('_', ' ')}."
    why, answer = REFUSALS.get(sighting.reason, (broken, "no HTTP answer"))
    return why, f"{sighting.status} {answer}" if sighting.status else answer


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
    return "refused" if selectors.sent_away(probe) else "answered, let through"


@register.simple_tag
def on_gateway(hosts: Iterable[VirtualHost]) -> dict[int, HostState]:
    """What the gateway does on hosts of one account, by primary key: `{% on_gateway hosts as states %}`.
    One query."""
    hosts = list(hosts)
    live = selectors.live_hosts(hosts[0].account) if hosts else {}
    return {host.pk: state_of(host, live.get(str(host.uuid))) for host in hosts}


@register.inclusion_tag("gateway/_host_state.html")
def host_state(host: VirtualHost, states: dict[int, HostState] | None = None) -> dict[str, HostState]:
    """The badge of what the gateway does on a host now, and beside it what a deployment would change.

    In a list, `states` comes from `on_gateway`; without it the live deployment is asked.
    """
    return {"state": states[host.pk] if states else state_of(host, selectors.live_host(host))}


@register.simple_tag
def gateway_facts(host: VirtualHost) -> list[dict[str, Any]]:
    """The first facts of a host's strip: whom the gateway asks now, and how it refuses."""
    state = state_of(host, selectors.live_host(host))
    says = ASKS.get(state.status, "")
    refusing = {"label": "How it refuses", "value": "nobody", "note": "Anyone may call"}
    if state.refusal:
        refusing |= {"value": state.refusal, "note": _how_it_refuses(state)}
    elif not state.is_live:
        refusing |= {"value": "no answer", "note": "The gateway does not know the name"}
    return [
        {
            "label": "Client authentication",
            "status": state.status,
            "kind": "client authentication",
            "note": state.note or says,
        },
        refusing,
    ]


def _how_it_refuses(state: HostState) -> str:
    if state.refusal == Refusal.EXPLAIN:
        return "HTTP 400 with a reason; the handshake ends well"
    if state.in_tls:
        return "A TLS alert; HTTP 403 for what TLS cannot tell apart"
    return "HTTP 403: TLS cannot tell the pinned clients apart"


@register.inclusion_tag("gateway/_trial.html", takes_context=True)
def trial(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The panel “In trial”: since when, and who would be refused."""
    actor = context.get("actor")
    found = selectors.trial_of(host) if actor is not None and actor.may("gateway:read") else None
    return {"host": host, "trial": found, "may_change": actor is not None and actor.may("hosts:request")}


@register.inclusion_tag("gateway/_host_turn.html", takes_context=True)
def host_turn(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The turn strip of a host: what waits for a deployment, and who may start it."""
    actor = context.get("actor")
    proxies = catalog.proxies_on(host).order_by()
    live = selectors.live_host(host)
    return {
        "to_redeploy": proxies.filter(needs_redeploy=True).count(),
        "to_deploy": proxies.filter(deployed_digest="").count(),
        "to_republish": catalog.products_on(host).filter(needs_republish=True).count(),
        "gone": sum(host.name in gone.hosts for gone in RemovedProxy.objects.filter(account=host.account_id)),
        "differences": [] if actor is None else differences(host, live),
        "proxy_url": f"{reverse('catalog:proxy_new')}?host={host.pk}",
        "is_empty": live is None and not proxies.exists(),
        "under_way": Deployment.objects.filter(
            account=host.account_id,
            status__in=(*UNSTARTED, *ON_NODES),
        )
        .defer("compiled")
        .first(),
        "may_deploy": actor is not None and actor.may("gateway:deploy"),
        "may_add_proxy": actor is not None and actor.may("proxies:change"),
        "csrf_token": context.get("csrf_token"),
    }


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
        "served": selectors.served_lately(host) if allowed else [],
        "may_deny": actor is not None and actor.may("gateway:deny"),
    }


@register.inclusion_tag("gateway/_proof_per_node.html", takes_context=True)
def proof_per_node(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """The panel “Proof per node”: the calls that each node made on a host after it last changed there."""
    actor = context.get("actor")
    if actor is None or not actor.may("gateway:read"):
        return {"allowed": False}
    on_gateway = selectors.live_host(host)
    probes: dict[str, dict[str, Any]] = {}
    for probe in selectors.probes_on(host) if on_gateway else []:
        probes.setdefault(probe["node"], {})[probe["what"].replace(" ", "_")] = probe
    rows = []
    for node in selectors.nodes(host.account):
        own = probes.get(node.name, {})
        at = next((datetime.fromisoformat(probe["at"]) for probe in own.values()), None)
        rows.append({"node": node, "probes": own, "at": at, "status": _proof(node, own, on_gateway)})
    proven = sum(row["status"] == "proven" for row in rows)
    return {
        "allowed": True,
        "rows": rows,
        "whole": _whole(proven, len(rows), on_gateway),
        "words": f"{proven} of {len(rows)} proven" if on_gateway else "",
        "live": selectors.live_of(host.account),
        "on_gateway": on_gateway,
        "differences": differences(host, on_gateway),
        "all_called": all(row["probes"] for row in rows),
    }


def _proof(node: Node, probes: dict[str, Any], on_gateway: dict[str, Any] | None) -> str:
    """What a node proved of one host; that it is well proves nothing about a host it was not called on."""
    if on_gateway is None:
        return "not live"
    if health_of(node).status in ("no answer", "not enrolled"):
        return "no answer"
    return "proven" if probes and all(probe["ok"] for probe in probes.values()) else "not called"


def _whole(proven: int, nodes: int, on_gateway: dict[str, Any] | None) -> str:
    if on_gateway is None:
        return "not live"
    return ("proven" if proven == nodes else "behind") if nodes else ""
