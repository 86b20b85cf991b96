"""What waits for somebody: the counts in the navigation, and the overview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Account, AuditEntry
from accounts.selectors import audit_trail
from catalog.models import Product, Proxy
from certificates.models import Truststore
from certificates.selectors import waivers_to_mind
from gateway import selectors as gateway
from gateway.denied_lists import in_force
from gateway.lifecycle import DeploymentStatus
from gateway.models import Deployment, Sighting
from gateway.node_health import health_of
from incidents.models import Incident
from incidents.selectors import OURS
from vhosts.models import ClientAuth, VirtualHost
from vhosts.selectors import hosts_of

from . import expiry

SHOWN = 10  # of each kind of what needs attention
UNDER_WAY = (
    DeploymentStatus.PLANNED,
    DeploymentStatus.CHECKING,
    DeploymentStatus.READY,
    DeploymentStatus.SCHEDULED,
    DeploymentStatus.DELIVERING,
    DeploymentStatus.CANARY,
)
WORDS = {  # acts of the audit trail whose names alone would puzzle
    "deployment:live": "live, proven by every node",
    "denial:set": "refused on every host",
    "denial:lifted": "denial taken back",
    "denial:ended": "denial over",
    "deployment:rejected": "rejected, the last good one stays",
    "deployment:canary": "proven on its first nodes",
    "deployment:continued": "goes on to every node",
    "deployment:held": "held on its first nodes, more calls are refused",
    "deployment:not_started": "not started at its time",
    "rollout:failed": "stopped by a failure",
    "host:updated": "changed",
    "incident:closed": "closed on evidence",
    "incident:enforced": "asked for by every node",
    "product:in_step": "as released again",
    "product:needs_republish": "needs republish",
    "proxy:in_step": "as deployed",
    "proxy:needs_redeploy": "needs redeploy",
    "secure_link:sent": "secure link sent",
    "truststore:version_activated": "another version in force",
    "upload:judged": "checked",
    "upload:judged_again": "checked anew",
    "waiver:granted": "waived",
    "waiver:withdrawn": "no longer waived",
}
NOUNS = {
    "denial": "Certificate ",
    "service_key": "Service key ",
    "truststore": "Truststore ",
    "keystore": "Keystore ",
    "host": "Host ",
}
ICONS = {  # of the audit trail's subjects
    "account": "building",
    "member": "person",
    "service_key": "key",
    "keystore": "file-earmark-lock",
    "truststore": "shield-check",
    "reference": "link-45deg",
    "upload": "upload",
    "waiver": "pause-circle",
    "host": "hdd-network",
    "host_request": "hdd-network",
    "proxy": "plug",
    "product": "box-seam",
    "deployment": "layers",
    "rollout": "layers",
    "denial": "slash-circle",
    "incident": "inbox",
    "quota_request": "inbox",
    "secure_link": "envelope",
}


def counts_of(account: Account) -> dict[str, int]:
    """How many incidents are our turn, and how many proxies and products are flagged. Three queries."""
    return {
        "incidents": Incident.objects.filter(account=account, status__in=OURS).count(),
        "proxies": Proxy.objects.filter(account=account, needs_redeploy=True).count(),
        "products": Product.objects.filter(account=account, needs_republish=True).count(),
    }


def overview_of(actor: Actor) -> dict[str, Any]:
    """Everything the overview shows, in a constant number of queries, without what the actor may not see."""
    account, now = actor.account, timezone.now()
    incidents = Incident.objects.filter(account=account, status__in=OURS).select_related("host")
    waiting = list(incidents.order_by("changed_at")[:SHOWN]) if actor.may("incidents:read") else []
    proxies = Proxy.objects.filter(account=account)
    flagged = proxies.filter(Q(needs_redeploy=True) | Q(deployed_digest=""))
    products = Product.objects.filter(account=account, needs_republish=True)
    ending = expiry.endings(account, now)
    soon = [row for row in ending if row.at < now + expiry.SOON]
    hosts = list(hosts_of(account)[:8])
    nodes = [{"node": node, **vars(health_of(node))} for node in gateway.nodes(account)]
    live = gateway.live_of(account)
    shown = {
        "incidents": waiting,
        "incident_count": incidents.count() if waiting else 0,
        "proxies": list(flagged.order_by("name")[:SHOWN]),
        "proxy_count": flagged.count(),
        "redeploy_count": proxies.filter(needs_redeploy=True).count(),
        "products": list(products[:SHOWN]),
        "product_count": products.count(),
        "expiring": soon[:SHOWN],
        "expiring_count": len(soon),
        "expiring_roles": _counted(row.role for row in soon if row.at > now),
        "expired_count": sum(row.at <= now for row in soon),
        "waivers": waivers_to_mind(account, now, within=expiry.SOON)[:SHOWN],
        "timeline": expiry.timeline(ending, now),
        "hosts": hosts,
        "host_count": (host_count := hosts_of(account).count()),
        "host_words": f"{host_count:,}",
        "totals": _totals(hosts),
        "live": live,
        "nodes": nodes,
        "proven_count": sum(row["status"] == "proven" for row in nodes),
        "troubled": [row for row in nodes if row["status"] != "proven"],
        "under_way": Deployment.objects.filter(account=account, status__in=UNDER_WAY)
        .defer("compiled")
        .first(),
        "overtaken": _overtaken(account),
        "changes": [_change(entry) for entry in audit_trail(account)[:8]] if actor.may("audit:read") else [],
        "denials": list(in_force().filter(account=account)[:SHOWN]) if actor.may("gateway:read") else [],
        "now": now,
    }
    rows = ("denials", "incidents", "products", "expiring", "waivers", "troubled")
    lone = bool(shown["proxies"]) + bool(shown["under_way"]) + bool(shown["overtaken"])
    shown["attention_count"] = sum(len(shown[name]) for name in rows) + lone
    shown["first_steps"] = None if live else _first_steps(actor)
    return shown


def _overtaken(account: Account) -> Deployment | None:
    """The newest deployment, if it was to start by itself and something changed before."""
    newest = Deployment.objects.filter(account=account).defer("compiled").first()
    is_over = newest is not None and newest.status == DeploymentStatus.SUPERSEDED
    return newest if is_over and newest.problem else None


def _counted(roles: Iterable[str]) -> str:
    """Such as "2 client, 1 server"."""
    return ", ".join(f"{number} {role}" for role, number in Counter(roles).items())


def _totals(hosts: list[VirtualHost]) -> dict[int, dict[str, int]]:
    """Calls that the gateway logged, `served` and `refused`, by the host's primary key."""
    found: dict[int, dict[str, int]] = {}
    rows = Sighting.objects.filter(host__in=[host.pk for host in hosts]).order_by()
    for row in rows.values("host", "outcome").annotate(total=Sum("count")):
        found.setdefault(row["host"], {"served": 0, "refused": 0})[row["outcome"]] = row["total"]
    return found


def _change(entry: AuditEntry) -> dict[str, Any]:
    """A line of the audit trail in words, with the icon of its subject."""
    subject, _, act = entry.action.partition(":")
    words = WORDS.get(entry.action) or act.replace("_", " ")
    name = entry.subject.capitalize() if subject == "deployment" else entry.subject
    tone = "ok" if act in ("live", "closed") else "bad" if act == "rejected" else "idle"
    return {
        "title": f"{NOUNS.get(subject, '')}{name}: {words}",
        "icon": ICONS.get(subject, "journal-text"),
        "tone": tone,
        "actor": entry.actor,
        "at": entry.at,
    }


def _first_steps(actor: Actor) -> list[dict[str, Any]]:
    """The way from an empty account to a host that asks for certificates, with what is done of it."""
    account = actor.account
    hosts = VirtualHost.objects.filter(account=account)
    return [
        {
            "title": "Say whom you trust",
            "text": "Make a truststore and add the certificates of your first partner.",
            "url": "certificates:truststores",
            "done": Truststore.objects.filter(account=account).exclude(current=None).exists(),
        },
        {
            "title": "Request a host that asks for certificates",
            "text": "Point it to the truststore, best through a reference.",
            "url": "vhosts:request" if actor.may("hosts:request") else "vhosts:list",
            "done": hosts.filter(client_auth=ClientAuth.REQUIRED).exists(),
        },
        {
            "title": "Put an API proxy on it",
            "text": "A base path, and the target that calls are sent on to.",
            "url": "catalog:proxy_new" if actor.may("proxies:change") else "catalog:proxies",
            "done": Proxy.objects.filter(account=account).exists(),
        },
        {
            "title": "Deploy",
            "text": "See what changes, start it, and watch each node prove it.",
            "url": "gateway:deployments",
            "done": False,
        },
    ]
