"""What the page of an incident shows: whose turn, the path, the timeline, what enabling means."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from catalog.selectors import products_on, proxies_on
from certificates.lifecycle import UploadStatus
from certificates.models import Upload
from certificates.standing import standing_of
from common.words import few
from gateway.lifecycle import DeploymentStatus, Outcome
from gateway.models import Deployment, Sighting
from vhosts.models import ClientAuth
from vhosts.selectors import hosts_trusting

from . import evidence
from .lifecycle import TURN, EventKind, IncidentStatus
from .models import Event, Incident, SecureLink
from .selectors import ENDED

S = IncidentStatus
STEPS = ["Asked", "Sent", "Check and import", "Enable", "Prove", "Close"]
_STEP_OF = {S.WAITING: 1, S.CHECKING: 2, S.ENABLING: 3, S.PROVING: 4, S.CLOSED: 6}
LOOKS = {  # of an event: icon and tone
    EventKind.RAISED: ("inbox", "idle"),
    EventKind.LINK_SENT: ("link-45deg", "idle"),
    EventKind.LINK_REVOKED: ("slash-circle", "idle"),
    EventKind.KEY_REFUSED: ("key", "bad"),
    EventKind.UPLOADED: ("upload", "ok"),
    EventKind.JUDGED: ("flag-fill", "us"),
    EventKind.ASKED: ("envelope", "warn"),
    EventKind.COMMENTED: ("chat-left-text", "idle"),
    EventKind.ACCEPTED: ("shield-check", "ok"),
    EventKind.DEPLOYED: ("rocket-takeoff", "info"),
    EventKind.CLOSED: ("patch-check-fill", "ok"),
    EventKind.WITHDRAWN: ("slash-circle", "idle"),
}


@dataclass
class Turn:
    """The turn strip: see the `turn` tag."""

    whose: str
    sentence: str
    who: str = ""
    act: str = ""
    url: str = ""
    icon: str = ""
    post: bool = False


@dataclass
class Case:
    """Everything that changes while one looks at an incident."""

    incident: Incident
    turn: Turn
    steps: list[dict[str, str]]
    facts: list[dict[str, Any]]
    events: list[dict[str, Any]]
    link: SecureLink | None
    is_checking: bool  # whether the worker is at an upload

    @property
    def seen(self) -> int:
        """How many facts are seen."""
        return sum(fact["seen"] for fact in self.facts)

    @property
    def seen_words(self) -> str:
        """`2 of 4 seen`."""
        return f"{self.seen} of {len(self.facts)} seen"

    @property
    def mail_folder(self) -> str:
        """Where mails are written when this installation sends none; "" when it sends them."""
        writes = settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
        return settings.EMAIL_FILE_PATH if writes else ""

    @property
    def is_over(self) -> bool:
        """Whether nothing changes any more."""
        return self.incident.status in (S.CLOSED, S.WITHDRAWN)

    @property
    def pace(self) -> str:
        """How often the page asks for news: fast while the machine is at work, slowly while people are."""
        busy = self.incident.status in (S.ENABLING, S.PROVING) or self.is_checking
        return "2s" if busy else "10s"

    @property
    def stamp(self) -> str:
        """Changes whenever something on the page would look different."""
        link = (self.link.pk, self.link.state, self.link.opened) if self.link else ()
        shown = (self.incident.status, self.turn, self.facts, len(self.events), link, self.pace)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def case_of(actor: Actor, incident: Incident) -> Case:
    """The case as it stands now."""
    checking = being_checked(incident)
    incident.refresh_from_db(fields=["status"])  # after that, so that the turn is not older than the answer
    uploads = [row.upload for row in incident.uploads.select_related("upload")]
    link = incident.links.select_related("upload").first()
    return Case(
        incident=incident,
        turn=turn_of(actor, incident, uploads, link, checking),
        steps=steps_of(incident),
        facts=facts_of(incident),
        events=events_of(incident),
        link=link,
        is_checking=checking is not None,
    )


def being_checked(incident: Incident) -> Upload | None:
    """The latest upload under way: judged alone is not enough, the incident follows a moment after."""
    noticed = incident.events.filter(kind=EventKind.JUDGED).values("upload")
    return Upload.objects.filter(incident_upload__incident=incident).exclude(pk__in=noticed).first()


def turn_of(
    actor: Actor,
    incident: Incident,
    uploads: list[Upload],
    link: SecureLink | None,
    checking: Upload | None,
) -> Turn:
    """Whose turn it is, and the one next act for this person."""
    status = S(incident.status)
    if status == S.WAITING:
        return _waiting(actor, incident, link, checking)
    if status == S.CHECKING:
        return _checking(actor, incident, uploads)
    if status == S.ENABLING:
        return _enabling(actor, incident)
    if status == S.PROVING:
        sentence = f"{TURN[status][1]} Waiting for a call to {incident.host.name}."
        return _with_open_step(actor, incident, Turn("them", sentence))
    if status == S.CLOSED:
        return _with_open_step(actor, incident, Turn("done", TURN[status][1]))
    last = incident.moves.filter(new=S.WITHDRAWN).first()
    return Turn("them", f"{TURN[status][1]} {last.reason if last else ''}".strip(), who="Withdrawn")


def _waiting(actor: Actor, incident: Incident, link: SecureLink | None, checking: Upload | None) -> Turn:
    if checking is not None:
        return Turn("them", f"{checking} is being checked. This takes seconds.", who="The portal’s turn")
    if link is not None and link.state == "open":
        opened = {0: "It was not opened yet.", 1: "It was opened once."}
        sentence = opened.get(link.opened, f"It was opened {link.opened} times.")
        return Turn("them", f"The secure link went to {link.email}. {sentence}")
    sentence = "No secure link is open, so the partner cannot send anything."
    if actor.may("incidents:process"):
        url = reverse("incidents:link_new", args=[incident.uuid])
        return Turn("us", sentence, act="Send a new link", url=url, icon="send", post=True)
    return Turn("us", f"{sentence} A processor can send a new one.")


def _checking(actor: Actor, incident: Incident, uploads: list[Upload]) -> Turn:
    judged = next((upload for upload in uploads if upload.status == UploadStatus.JUDGED), None)
    if judged is None:
        return Turn("us", TURN[S.CHECKING][1])
    sentence = f"{judged} is {standing_of(judged, timezone.now()).verdict}. {TURN[S.CHECKING][1]}"
    url = reverse("incidents:review", args=[incident.uuid, judged.uuid])
    return Turn("us", sentence, act="Check the upload", url=url, icon="search")


def _enabling(actor: Actor, incident: Incident) -> Turn:
    planned = (
        Deployment.objects.filter(account=incident.account_id, created_at__gte=incident.accepted_at)
        .defer("compiled")
        .order_by("-id")
        .first()
    )
    if planned and planned.status in (DeploymentStatus.PLANNED, DeploymentStatus.CHECKING):
        return Turn("us", f"Envoy checks {planned}. It can be started in seconds.")
    if planned and planned.status == DeploymentStatus.READY:
        url = reverse("gateway:deployment", args=[planned.uuid])
        sentence = f"Deployment {planned.number} is ready. Look at its impact, then deploy it."
        return Turn("us", sentence, act="Look and deploy", url=url, icon="rocket-takeoff")
    if planned and planned.status == DeploymentStatus.DELIVERING:
        return Turn("us", f"Deployment {planned.number} is on its way; every node proves it.")
    sentence = TURN[S.ENABLING][1]
    if planned and planned.status == DeploymentStatus.REJECTED:
        sentence = f"Deployment {planned.number} was rejected: {planned.problem} Mend it, then plan again."
    if not actor.may("gateway:deploy"):
        return Turn("us", f"{sentence} An administrator, developer or processor can do it.")
    url = reverse("gateway:plan")
    return Turn("us", sentence, act="Plan the deployment", url=url, icon="layers", post=True)


def _with_open_step(actor: Actor, incident: Incident, turn: Turn) -> Turn:
    """The turn with what is left for us: products whose consumers still read of the host as it was."""
    products = list(products_on(incident.host).filter(needs_republish=True))
    if not products:
        return turn
    named = few([product.title for product in products])
    turn.sentence = f"{turn.sentence} One step is open: publish {named} again."
    if actor.may("products:read"):
        turn.act, turn.icon = "See the product", "box-seam"
        turn.url = reverse("catalog:product", args=[products[0].uuid])
    return turn


def other_open(incident: Incident) -> list[Incident]:
    """The other incidents under way for the same partner on the same host, newest first."""
    same = Incident.objects.filter(host=incident.host_id, partner__iexact=incident.partner.strip())
    return list(same.exclude(pk=incident.pk).exclude(status__in=ENDED))


def steps_of(incident: Incident) -> list[dict[str, str]]:
    """The path, with the step that is on now."""
    here = _STEP_OF.get(S(incident.status), 0)
    if incident.status == S.WITHDRAWN:
        last = incident.moves.filter(new=S.WITHDRAWN).first()
        here = _STEP_OF.get(S(last.old), 1) if last else 1
        return [{"label": label, "state": "done" if at < here else "ahead"} for at, label in enumerate(STEPS)]
    return [
        {"label": label, "state": "done" if at < here else "now" if at == here else "ahead"}
        for at, label in enumerate(STEPS)
    ]


def facts_of(incident: Incident) -> list[dict[str, Any]]:
    """The evidence for its component: as it stands, or as it was frozen when the incident closed."""
    facts = incident.evidence or evidence.freeze(evidence.collect(incident))
    return [
        {
            "title": fact["title"],
            "detail": fact["text"],
            "seen": fact["seen"],
            "at": datetime.fromisoformat(fact["at"]) if fact["at"] else None,
        }
        for fact in facts
    ]


def events_of(incident: Incident) -> list[dict[str, Any]]:
    """The timeline, newest first."""
    return [_shown(incident, event) for event in incident.events.select_related("upload")]


def _shown(incident: Incident, event: Event) -> dict[str, Any]:
    kind = EventKind(event.kind)
    icon, tone = LOOKS[kind]
    shown = {"who": event.actor, "did": kind.label, "at": event.at, "icon": icon, "tone": tone}
    if kind == EventKind.LINK_SENT:
        shown["did"] = f"{kind.label} {event.text}"
    elif kind == EventKind.JUDGED:
        shown["did"] = f"{kind.label}: {event.text}"
    else:
        shown["text"] = event.text
    if event.internal:
        shown["did"] = f"{kind.label}, only for the queue"
        shown["icon"] = "eye-slash"
    if event.upload and kind == EventKind.UPLOADED:
        shown["url"] = reverse("incidents:review", args=[incident.uuid, event.upload.uuid])
        shown["link"] = f"Report of {event.upload}"
    return shown


def impact_of(incident: Incident) -> list[dict[str, str]]:
    """What enabling means for who calls the host today: tone, icon and a sentence each."""
    host = incident.host
    lines = []
    proxies = [f"{proxy.name} ({proxy.base_path})" for proxy in proxies_on(host)]
    if host.client_auth == ClientAuth.REQUIRED:
        lines.append(
            _tick("ok", "check-circle-fill", f"{host.alias} is set to ask every caller for a certificate.")
        )
    else:
        lines.append(
            _tick(
                "warn", "exclamation-triangle-fill", f"Every caller of {host.alias} will need a certificate."
            )
        )
        bare = Sighting.objects.filter(host=host, fingerprint="", outcome=Outcome.SERVED)
        calls = bare.aggregate(total=Sum("count"))["total"]
        if calls:
            sentence = f"{calls:,} calls came without one so far; such calls will be refused."
            lines.append(_tick("bad", "x-octagon-fill", sentence))
    if proxies:
        lines.append(_tick("warn", "arrow-repeat", f"API proxies on it: {few(proxies)}."))
    else:
        lines.append(_tick("idle", "plug", "No API proxy is on it yet; without one nothing answers."))
    products = [product.title for product in products_on(host)]
    if products:
        lines.append(_tick("warn", "box-seam", f"Products that publish them: {few(products)}."))
    others = others_trusting(incident)
    if others:
        sentence = f"The same truststore decides for {few(others)}: the partner may enter there, too."
        lines.append(_tick("bad", "exclamation-triangle-fill", sentence))
    else:
        lines.append(_tick("ok", "check-circle-fill", "Other hosts stay as they are."))
    return lines


def others_trusting(incident: Incident) -> list[str]:
    """The other hosts for whose clients the truststore of the incident's host decides, by alias."""
    store = incident.host.trusted
    if store is None:
        return []
    return [host.alias for host in hosts_trusting(store) if host.pk != incident.host_id]


def _tick(tone: str, icon: str, sentence: str) -> dict[str, str]:
    return {"tone": tone, "icon": icon, "sentence": sentence}
