"""What closes an incident: facts that the gateway logged, never an opinion."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.actors import portal
from common.transitions import move
from gateway import selectors as gateway
from gateway.lifecycle import Outcome
from gateway.models import Sighting

from .lifecycle import EventKind, IncidentStatus
from .models import Event, Incident


@dataclass(frozen=True)
class Fact:
    """One piece of evidence: what was (or was not yet) seen, and when."""

    title: str
    text: str
    seen: bool
    at: datetime | None = None


def collect(incident: Incident) -> list[Fact]:
    """The four facts, as they stand now: every node proves it, nobody without a certificate, no stranger, the partner.

    Takes five queries at most.
    """
    since = enforced_since(incident)
    sightings = Sighting.objects.filter(host=incident.host)
    if since:
        sightings = sightings.filter(last_seen__gte=since)
    else:
        sightings = sightings.none()
    refused = sightings.filter(outcome=Outcome.REFUSED)
    partner = list(incident.partner_certificates.values_list("fingerprint", flat=True))
    partners_own = Q(fingerprint__in=partner) | Q(issuer_fingerprint__in=partner)
    nobody = refused.filter(fingerprint="").order_by("-last_seen").first()
    stranger = refused.exclude(fingerprint="").exclude(partners_own).order_by("-last_seen").first()
    served = sightings.filter(partners_own, outcome=Outcome.SERVED).order_by("-last_seen").first()
    return [
        _fact(
            "Every node proves it",
            f"{incident.host.name} is enforced.",
            "Not deployed on every node yet.",
            since,
        ),
        _fact(
            "No certificate was refused",
            f"400 No required SSL certificate was sent, {_times(nobody)}.",
            "Waiting for a call without a certificate to be refused.",
            nobody and nobody.last_seen,
        ),
        _fact(
            "A stranger was refused",
            f"A certificate from nobody we know read {stranger and stranger.status}, {_times(stranger)}.",
            "Waiting for a certificate of a stranger to be refused.",
            stranger and stranger.last_seen,
        ),
        _fact(
            "The partner is served",
            f"{served and _short(served.fingerprint)} was let through with status {served and served.status}, {_times(served)}.",
            "Waiting for the first call with the partner's certificate.",
            served and served.last_seen,
        ),
    ]


def enforced_since(incident: Incident) -> datetime | None:
    """Since when every node enforces the truststore version that the incident brought, or a later one; None: not yet."""
    if incident.version is None or incident.accepted_at is None:
        return None
    return gateway.enforced_since(incident.host, not_before=incident.accepted_at)


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
        text = "The partner was served; a stranger and a call without a certificate were refused; every node proved it."
        Event.objects.create(incident=incident, actor="Portal", kind=EventKind.CLOSED, text=text)
        audit.record(portal(incident.account), "incident:closed", incident, evidence=incident.evidence)
    return True


def freeze(facts: list[Fact]) -> list[dict[str, Any]]:
    """The facts as plain JSON, times in ISO 8601."""
    return [asdict(fact) | {"at": fact.at.isoformat() if fact.at else None} for fact in facts]


def _fact(title: str, seen: str, not_yet: str, at: datetime | None) -> Fact:
    return Fact(title, seen if at else not_yet, bool(at), at)


def _times(sighting: Sighting | None) -> str:
    if sighting is None:
        return ""
    return "once" if sighting.count == 1 else f"{sighting.count} times"


def _short(fingerprint: str) -> str:
    return f"{fingerprint[:8]}…{fingerprint[-4:]}"
