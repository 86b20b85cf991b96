"""Raising an incident, and what people say in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.actors import Actor
from accounts.models import Account
from certificates.services.uploads import refuse_pasted_key
from common.errors import Conflict, DomainError
from common.transitions import move
from vhosts.models import VirtualHost

from ..lifecycle import EventKind, IncidentStatus
from ..models import QUEUE, Event, Incident
from . import links


@dataclass(frozen=True)
class Ticket:
    """What an enablement incident says: the details that the queue asks for.

    `subdomain` and `account_id` are checked against the account that raises it, as the queue would by hand.
    """

    host_alias: str
    subdomain: str
    account_id: str
    email: str
    partner: str
    two_way_ssl: str = "Enabled"
    component: str = QUEUE
    description: str = ""


@transaction.atomic
def raise_incident(*, actor: Actor, ticket: Ticket) -> Incident:
    """Raise an incident and mail its secure link. Raises DomainError naming the detail that does not fit."""
    host = _check(actor, ticket)
    Account.objects.select_for_update().get(pk=actor.account.pk)  # one number at a time
    last = Incident.objects.filter(account=actor.account).aggregate(last=Max("number"))["last"] or 0
    incident = Incident.objects.create(
        account=actor.account,
        number=last + 1,
        host=host,
        host_alias=ticket.host_alias,
        subdomain=ticket.subdomain,
        account_ref=ticket.account_id,
        two_way_ssl=ticket.two_way_ssl,
        email=ticket.email,
        partner=ticket.partner.strip(),
        description=ticket.description,
        raised_by=actor.label,
    )
    note(incident, actor.label, EventKind.RAISED, ticket.description)
    audit.record(
        actor, "incident:raised", incident, host=host.name, partner=incident.partner, email=ticket.email
    )
    links.send_link(actor=actor, incident=incident)
    return incident


def _check(actor: Actor, ticket: Ticket) -> VirtualHost:
    account = actor.account
    refuse_pasted_key(ticket.description, field="description")
    if ticket.component != QUEUE:
        raise DomainError("component_unknown", f"The component of this queue is {QUEUE}.", field="component")
    if ticket.subdomain != account.subdomain:
        raise DomainError(
            "subdomain_wrong", f"The subdomain of this account is “{account.subdomain}”.", field="subdomain"
        )
    if ticket.account_id.lower() != str(account.uuid):
        raise DomainError(
            "account_id_wrong", f"The ID of this account is {account.uuid}.", field="account_id"
        )
    if ticket.two_way_ssl != "Enabled":
        raise DomainError(
            "two_way_ssl", "This queue enables two-way SSL: say “Enabled”.", field="two_way_ssl"
        )
    if not ticket.partner.strip():
        raise DomainError(
            "partner_missing", "Name the partner whose certificates will come.", field="partner"
        )
    host = VirtualHost.objects.filter(account=account, alias=ticket.host_alias).first()
    if host is None:
        raise DomainError(
            "host_unknown", f"No virtual host “{ticket.host_alias}”. Request it first.", field="host_alias"
        )
    if host.is_default:
        raise DomainError(
            "host_is_default",
            "Two-way SSL holds for all proxies of a host, and this is the default host. Request an "
            "additional host for it, so that the other proxies stay as they are.",
            field="host_alias",
        )
    return host


def note(incident: Incident, actor: str, kind: EventKind, text: str = "", **more: object) -> Event:
    """Add a line to the timeline."""
    return Event.objects.create(incident=incident, actor=actor, kind=kind, text=text, **more)


@transaction.atomic
def comment(*, actor: Actor, incident: Incident, text: str, internal: bool = False) -> Event:
    """Say something in an incident. Raises DomainError for nothing, Conflict in an ended incident."""
    if not text.strip():
        raise DomainError("comment_empty", "Write something first.", field="text")
    refuse_pasted_key(text, field="text")
    _still_open(incident)
    audit.record(actor, "incident:commented", incident, internal=internal)
    return note(incident, actor.label, EventKind.COMMENTED, text.strip(), internal=internal)


@transaction.atomic
def ask_partner(*, actor: Actor, incident: Incident, text: str) -> None:
    """Give the turn back to the partner, with a question and a new secure link by e-mail."""
    if not text.strip():
        raise DomainError("comment_empty", "Tell the partner what is missing.", field="text")
    refuse_pasted_key(text, field="text")
    _still_open(incident)
    if incident.status != IncidentStatus.WAITING:
        move(incident, IncidentStatus.WAITING, actor=actor.label, reason="asked the partner")
    note(incident, actor.label, EventKind.ASKED, text.strip())
    audit.record(actor, "incident:asked", incident)
    links.send_link(actor=actor, incident=incident, message=text.strip())


@transaction.atomic
def withdraw(*, actor: Actor, incident: Incident, reason: str) -> None:
    """End an incident without evidence. The reason is kept; its secure links close."""
    if not reason.strip():
        raise DomainError("reason_missing", "Say why, for those who look here later.", field="reason")
    move(incident, IncidentStatus.WITHDRAWN, actor=actor.label, reason=reason.strip())
    links.close_all(incident, used_too=True)
    note(incident, actor.label, EventKind.WITHDRAWN, reason.strip())
    audit.record(actor, "incident:withdrawn", incident, reason=reason.strip())


def _still_open(incident: Incident) -> None:
    if incident.status in (IncidentStatus.CLOSED, IncidentStatus.WITHDRAWN):
        raise Conflict("incident_ended", f"{incident} has ended. Raise a new incident instead.")
