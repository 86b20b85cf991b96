"""Secure links: made, mailed, opened, used once, revoked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from certificates.models import Upload
from certificates.services import uploads
from common import secrets
from common.errors import Conflict

from ..lifecycle import EventKind, IncidentStatus
from ..models import Event, Incident, IncidentUpload, SecureLink

log = logging.getLogger(__name__)


@transaction.atomic
def send_link(*, actor: Actor, incident: Incident, message: str = "") -> SecureLink:
    """Make a new secure link and mail it to the incident's address. Earlier links close: one is open at a
    time.

    The token is in the mail and nowhere else; the database keeps its SHA-256.
    """
    if incident.status not in (IncidentStatus.WAITING, IncidentStatus.CHECKING):
        raise Conflict(
            "incident_not_waiting", f"{incident} does not wait for certificates. Ask the partner first."
        )
    close_all(incident)
    token = secrets.new_token()
    link = SecureLink.objects.create(
        incident=incident,
        token_digest=secrets.token_digest(token),
        email=incident.email,
        expires_at=timezone.now() + timedelta(days=settings.SECURE_LINK_DAYS),
    )
    Event.objects.create(
        incident=incident, actor=actor.label, kind=EventKind.LINK_SENT, text=f"to {incident.email}"
    )
    audit.record(
        actor, "secure_link:sent", incident, email=incident.email, expires=link.expires_at.isoformat()
    )
    url = settings.PORTAL_URL + reverse("incidents:secure", args=[token])
    context = {"incident": incident, "url": url, "link": link, "message": message}
    mail = EmailMessage(
        subject=f"{incident}: please send your client certificate for {incident.host.name}",
        body=render_to_string("emails/secure_link.txt", context),
        to=[incident.email],
    )
    transaction.on_commit(partial(_send, incident, mail))
    return link


def _send(incident: Incident, mail: EmailMessage) -> None:
    """Send a mail. One that does not leave is told in the timeline;
    its link helps nobody, so a new one is needed.
    """
    try:
        mail.send()
    except OSError as error:  # smtplib's exceptions are OSErrors too
        log.warning("the mail of %s did not leave: %s", incident, type(error).__name__)
        text = (
            f"The mail to {incident.email} could not be sent. Look at the mail settings, then press New link."
        )
        Event.objects.create(
            incident=incident, actor="Portal", kind=EventKind.COMMENTED, text=text, internal=True
        )


def close_all(incident: Incident, *, used_too: bool = False) -> int:
    """Revoke the open links of an incident, and with `used_too` those that show a report.
    Returns how many.
    """
    links = incident.links.filter(revoked_at=None)
    if not used_too:
        links = links.filter(used_at=None)
    return links.update(revoked_at=timezone.now())


@transaction.atomic
def revoke_link(*, actor: Actor, incident: Incident) -> None:
    """Close the links, also one that was used and shows its report. Raises Conflict when there is none."""
    if not close_all(incident, used_too=True):
        raise Conflict("link_not_open", "No secure link is open.")
    Event.objects.create(incident=incident, actor=actor.label, kind=EventKind.LINK_REVOKED)
    audit.record(actor, "secure_link:revoked", incident)


def note_opened(link: SecureLink) -> None:
    """Count that somebody looked at the link's page."""
    SecureLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=timezone.now())


def upload_through_link(*, link: SecureLink, files: Sequence[tuple[str, bytes]], message: str = "") -> Upload:
    """Take a partner's files (name, content). The link is used up by the first upload that is kept.

    Raises Conflict for a link that is not open any more; PrivateKeySent when a private key was among the
    files: nothing
    of it is kept, the timeline says so, and the link stays open.
    """
    sender = f"{link.incident.partner} (secure link)"
    _refuse_key_loudly(link.incident, sender, files, message)
    with transaction.atomic():
        now = timezone.now()
        open_links = SecureLink.objects.filter(pk=link.pk, revoked_at=None, used_at=None, expires_at__gt=now)
        if not open_links.update(used_at=now):
            raise Conflict("link_closed", "This link was used or closed meanwhile. Ask for a new one.")
        upload = _attach(link.incident, sender, files, message)
        SecureLink.objects.filter(pk=link.pk).update(upload=upload)
    return upload


def upload_as_member(
    *, actor: Actor, incident: Incident, files: Sequence[tuple[str, bytes]], message: str = ""
) -> Upload:
    """Take files that a person of the account, or a service key, hands in for the partner."""
    _refuse_key_loudly(incident, actor.label, files, message)
    with transaction.atomic():
        return _attach(incident, actor.label, files, message)


def _refuse_key_loudly(
    incident: Incident, sender: str, files: Sequence[tuple[str, bytes]], message: str
) -> None:
    try:
        uploads.refuse_unsafe(files)
        uploads.refuse_pasted_key(message, field="message")
    except uploads.PrivateKeySent:
        Event.objects.create(
            incident=incident,
            actor="Portal",
            kind=EventKind.KEY_REFUSED,
            text=f"{sender} sent a private key. Nothing was kept, and the sender was told to replace it.",
        )
        raise


def _attach(incident: Incident, sender: str, files: Sequence[tuple[str, bytes]], message: str) -> Upload:
    if incident.status not in (IncidentStatus.WAITING, IncidentStatus.CHECKING):
        raise Conflict("incident_not_waiting", f"{incident} does not wait for certificates.")
    upload = uploads.receive(account=incident.account, sender=sender, files=files)
    IncidentUpload.objects.create(incident=incident, upload=upload)
    Event.objects.create(
        incident=incident, actor=sender, kind=EventKind.UPLOADED, text=message.strip()[:4000], upload=upload
    )
    return upload
