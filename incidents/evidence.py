"""What closes an incident: facts that the gateway logged, never an opinion."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.actors import portal
from common.transitions import move
from gateway import selectors as gateway
from gateway.lifecycle import Outcome
from gateway.models import Sighting
from vhosts.lifecycle import RequestStatus
from vhosts.models import ClientAuth, Refusal

from .lifecycle import EventKind, IncidentStatus
from .models import Event, Incident

STRANGER = (
    "client_certificate_refused",
    "handshake_client_certificate_refused",
    "name_not_allowed",
    "unknown_issuer",
)


@dataclass(frozen=True)
class Fact:
    """One piece of evidence: what was (or was not yet) seen, and when."""

    title: str
    text: str
    seen: bool
    at: datetime | None = None


def collect(incident: Incident) -> list[Fact]:
    """The four facts, as they stand now: every node proves it, nobody without a certificate, no stranger,
    the partner.

    Refusals count from callers that the gateway logged, and from the proof handshakes of the live
    deployment. Whether
    the partner is served only the log can tell.
    """
    since = enforced_since(incident)
    name = incident.host.name
    sightings = (
        Sighting.objects.filter(host=incident.host, last_seen__gte=since)
        if since
        else Sighting.objects.none()
    )
    probes = gateway.probes_on(incident.host) if since else []
    refused = sightings.filter(outcome=Outcome.REFUSED)
    partner = list(incident.partner_certificates.values_list("fingerprint", flat=True))
    partners_own = Q(fingerprint__in=partner) | Q(issuer_fingerprint__in=partner)
    served = sightings.filter(partners_own, outcome=Outcome.SERVED, reason="").order_by("-last_seen").first()
    return [
        Fact(
            "Every node proves it",
            f"{name} asks for client certificates on every node." if since else _not_yet(incident),
            bool(since),
            since,
        ),
        _refusal(
            "No certificate was refused",
            _answer(incident, "400 No required SSL certificate was sent"),
            refused.filter(reason__in=("no_client_certificate", "handshake_no_client_certificate")),
            [probe for probe in probes if probe["what"] == "no certificate"],
        ),
        _refusal(
            "A stranger was refused",
            _answer(incident, "400 The SSL certificate error"),
            refused.filter(reason__in=STRANGER).exclude(partners_own),
            [probe for probe in probes if probe["what"] == "stranger"],
        ),
        Fact(
            "The partner is served",
            f"{_short(served.fingerprint)} was let through and answered, as the gateway logged."
            if served
            else f"Waiting for the first call to {name} with the partner's certificate.",
            served is not None,
            served and served.last_seen,
        ),
    ]


def _refusal(title: str, answer: str, logged: QuerySet[Sighting], probes: list[dict[str, Any]]) -> Fact:
    caller = logged.order_by("-last_seen").first()
    if caller:
        who = _short(caller.fingerprint) if caller.fingerprint else "A call without one"
        return Fact(
            title,
            f"{who} read {answer}, as the gateway logged.",
            True,
            caller.last_seen,
        )
    if probes and all(probe["ok"] and gateway.sent_away(probe) for probe in probes):
        at = max(datetime.fromisoformat(probe["at"]) for probe in probes)
        return Fact(title, f"Our own call read {answer} on {_nodes(probes)}.", True, at)
    return Fact(title, f"Waiting for a call that reads {answer}.", False)


def enforced_since(incident: Incident) -> datetime | None:
    """Since when every node enforces what the incident brought, on the host as its last request made it;
    None: not
    (yet), or not any more. A partner who was let in before needs no new deployment.
    """
    if incident.version is None or not _is_required(incident):
        return None
    partner = set(incident.partner_certificates.values_list("fingerprint", flat=True))
    if not partner & gateway.trusted_on(incident.host):
        return None
    asked = incident.host.requests.filter(status=RequestStatus.COMPLETED).aggregate(last=Max("created_at"))[
        "last"
    ]
    return gateway.enforced_since(incident.host, not_before=max(incident.version.created_at, asked))


def _answer(incident: Incident, explained: str) -> str:
    """What a refused caller reads, by the host's style of refusal."""
    live = gateway.live_host(incident.host)
    handshake = live is not None and live.get("refusal") == Refusal.HANDSHAKE
    return "a TLS alert, a reset or 403" if handshake else explained


def _is_required(incident: Incident) -> bool:
    """Only a host that requires certificates proves two-way SSL: optional and trial let anybody in."""
    live = gateway.live_host(incident.host)
    return live is not None and live["client_auth"] == ClientAuth.REQUIRED


def _not_yet(incident: Incident) -> str:
    live = gateway.live_host(incident.host)
    if live is None or live["client_auth"] in (ClientAuth.REQUIRED, ClientAuth.OFF):
        return "Not deployed on every node yet."
    return f"On the gateway client authentication is {live['client_auth']}, which proves nothing: require it."


def close_when_proven(incident: Incident) -> bool:
    """Close the incident if all facts are seen. Returns whether it did. Idempotent."""
    if incident.status != IncidentStatus.PROVING:
        return False
    facts = collect(incident)
    if not all(fact.seen for fact in facts):
        return False
    with transaction.atomic():
        move(
            incident,
            IncidentStatus.CLOSED,
            actor="Portal",
            reason="all evidence seen",
            evidence=freeze(facts),
        )
        text = "Every node proved it; the partner was served, a stranger and a bare call were refused."
        Event.objects.create(incident=incident, actor="Portal", kind=EventKind.CLOSED, text=text)
        incident.links.filter(revoked_at=None, used_at=None).update(revoked_at=timezone.now())
        audit.record(portal(incident.account), "incident:closed", incident, evidence=incident.evidence)
    return True


def freeze(facts: list[Fact]) -> list[dict[str, Any]]:
    """The facts as plain JSON, times in ISO 8601."""
    return [asdict(fact) | {"at": fact.at.isoformat() if fact.at else None} for fact in facts]


def _nodes(probes: list[dict[str, Any]]) -> str:
    count = len({probe["node"] for probe in probes})
    return "1 node" if count == 1 else f"{count} nodes"


def _short(fingerprint: str) -> str:
    return f"{fingerprint[:8]}…{fingerprint[-4:]}"
