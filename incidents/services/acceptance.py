"""Accepting what a partner sent: roles → a new truststore version → the host asks for certificates."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor, portal
from certificates.lifecycle import UploadStatus
from certificates.models import Truststore, TruststoreVersion, Upload
from certificates.pki.roles import Role
from certificates.report_lines import counted
from certificates.services import truststores, verdicts
from certificates.standing import standing_of
from common.errors import Conflict, DomainError
from common.transitions import move
from vhosts import services as hosts
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth

from ..evidence import enforced_since
from ..lifecycle import EventKind, IncidentStatus
from ..models import Incident
from .raising import note


def upload_judged(*, upload: Upload) -> None:
    """The worker has judged an upload of an incident: it is the processor's turn. Idempotent."""
    link = getattr(upload, "incident_upload", None)
    if link is None or upload.status != UploadStatus.JUDGED:
        return
    incident = link.incident
    if incident.events.filter(kind=EventKind.JUDGED, upload=upload).exists():
        return
    standing = standing_of(upload, timezone.now())
    with transaction.atomic():
        text = f"{counted(standing.certificates, 'certificate')}: {standing.tally}"
        note(incident, "Portal", EventKind.JUDGED, text, upload=upload)
        if incident.status == IncidentStatus.WAITING:
            move(incident, IncidentStatus.CHECKING, actor="Portal", reason=f"{upload} is checked")


@transaction.atomic
def accept(
    *,
    actor: Actor,
    incident: Incident,
    upload: Upload,
    roles: dict[str, str],
    truststore: Truststore,
    at: datetime,
) -> None:
    """Give certificates of `upload` their roles in a new version of `truststore` and let the host require
    them.

    `roles` maps fingerprints to anchor, intermediate or client; what is not named is not imported. A host
    that names a
    reference or another truststore already keeps it, and `truststore` must be that one.
    Raises DomainError naming what does not fit; nothing is changed then.
    """
    if incident.status != IncidentStatus.CHECKING:
        raise Conflict("not_checking", f"{incident} is not waiting to be checked.")
    if not Upload.objects.filter(pk=upload.pk, status=UploadStatus.JUDGED).exists():
        raise Conflict("being_judged", f"{upload} is being checked. Wait a moment, then look at its report.")
    if not incident.uploads.filter(upload=upload).exists():
        raise DomainError("upload_unknown", f"{upload} does not belong to {incident}.", field="upload")
    sent = {
        row.certificate.fingerprint: row.certificate
        for row in upload.certificates.select_related("certificate")
    }
    entries = []
    for fingerprint, role in roles.items():
        if fingerprint not in sent:
            raise DomainError(
                "certificate_unknown", f"{upload} holds no certificate {fingerprint}.", field="roles"
            )
        if role not in list(Role):
            raise DomainError("role_unknown", "Choose anchor, intermediate or client.", field="roles")
        entries.append(truststores.NewEntry(sent[fingerprint], Role(role)))
    if not any(entry.role in (Role.ANCHOR, Role.CLIENT) for entry in entries):
        raise DomainError(
            "nobody_trusted",
            "Give at least one certificate the role anchor or client: nobody would get in.",
            field="roles",
        )
    host = incident.host
    if host.trusted and host.trusted != truststore:
        raise DomainError(
            "other_truststore",
            f"{host} trusts by {host.trust} already. Import into {host.trusted}.",
            field="truststore",
        )
    version = _import(actor, truststore, entries, at, note=f"{incident}: {incident.partner}")
    verdicts.check_entry_to(version, upload, at)
    if host.client_auth == ClientAuth.OFF:
        wish = hosts.Wish(
            Operation.UPDATE,
            alias=host.alias,
            client_auth=ClientAuth.REQUIRED,
            trust=host.trust or _name_of(truststore),
            host=str(host.uuid),
        )
        hosts.submit(actor=actor, wish=wish)
    incident.partner_certificates.set(entry.certificate for entry in entries)
    move(incident, IncidentStatus.ENABLING, actor=actor.label, version=version, accepted_at=at)
    words = ", ".join(f"{entry.certificate} as {entry.role.value}" for entry in entries)
    note(incident, actor.label, EventKind.ACCEPTED, f"{version}: {words}", upload=upload)
    transaction.on_commit(
        partial(deployment_ended, incident=incident), robust=True
    )  # it may be enforced already
    audit.record(actor, "incident:accepted", incident, version=version.number, truststore=truststore.name)


def deployment_ended(*, incident: Incident) -> None:
    """The gateway took a deployment: an incident whose host is enforced now waits for its proof.
    Idempotent.
    """
    if incident.status != IncidentStatus.ENABLING or not enforced_since(incident):
        return
    with transaction.atomic():
        move(incident, IncidentStatus.PROVING, actor="Portal", reason="every node proved it")
        note(
            incident,
            "Portal",
            EventKind.DEPLOYED,
            f"{incident.host.name} asks for client certificates on every node.",
        )
        audit.record(portal(incident.account), "incident:enforced", incident)


def _import(
    actor: Actor, store: Truststore, entries: list[truststores.NewEntry], at: datetime, note: str
) -> TruststoreVersion:
    """A new version with the entries; the current one when it holds them all already, in these roles."""
    try:
        return truststores.add_version(actor=actor, store=store, entries=entries, at=at, note=note)
    except Conflict as conflict:
        if conflict.code != "no_change":
            raise
        return Truststore.objects.select_related("current").get(pk=store.pk).current


def _name_of(store: Truststore) -> str:
    """A truststore by way of its reference where exactly one points to it, so that it can be swapped
    later.
    """
    references = list(store.references.all()[:2])
    return str(references[0]) if len(references) == 1 else store.name
