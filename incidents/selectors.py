"""Reads of incidents."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Account
from certificates.lifecycle import UploadStatus
from certificates.models import Upload
from gateway.models import Deployment
from vhosts.models import VirtualHost

from .lifecycle import EventKind, IncidentStatus
from .models import Event, Incident, QuotaRequest

OURS = (IncidentStatus.CHECKING, IncidentStatus.ENABLING)
ENDED = (IncidentStatus.CLOSED, IncidentStatus.WITHDRAWN)


def incidents_of(account: Account, *, search: str = "", status: str = "") -> QuerySet[Incident]:
    """The incidents of an account, newest first. `status`: a status, or "open", or "ours"."""
    incidents = Incident.objects.filter(account=account).select_related(
        "host", "version__truststore", "account"
    )
    if search:
        number = search.upper().removeprefix("INC-")
        found = Q(partner__icontains=search) | Q(host_alias__icontains=search) | Q(email__icontains=search)
        incidents = incidents.filter(found | Q(number=number) if number.isdecimal() else found)
    if status == "open":
        incidents = incidents.exclude(status__in=ENDED)
    elif status == "ours":
        incidents = incidents.filter(status__in=OURS)
    elif status:
        incidents = incidents.filter(status=status)
    return incidents.order_by("-id")


def quota_requests_of(account: Account) -> QuerySet[QuotaRequest]:
    """The requests of an account for more hosts, newest first, with their answers."""
    return QuotaRequest.objects.filter(account=account).prefetch_related("moves")


def incidents_on(host: VirtualHost) -> QuerySet[Incident]:
    """The incidents about a host, newest first."""
    return Incident.objects.filter(host=host).order_by("-id")


def waiting_for_gateway(*, deployment: str = "", host: str = "") -> QuerySet[Incident]:
    """Incidents that a deployment (uuid) or a sighting on a host (uuid) may move on;
    all of them by default.
    """
    incidents = Incident.objects.filter(status__in=(IncidentStatus.ENABLING, IncidentStatus.PROVING))
    if deployment:
        incidents = incidents.filter(account__in=Deployment.objects.filter(uuid=deployment).values("account"))
    if host:
        incidents = incidents.filter(host__uuid=host)
    return incidents.select_related("host", "version", "account")


def judged_uploads_unnoticed() -> QuerySet[Upload]:
    """Judged uploads of incidents whose timeline does not say so yet."""
    noticed = Event.objects.filter(kind=EventKind.JUDGED, upload=OuterRef("pk"))
    uploads = Upload.objects.filter(status=UploadStatus.JUDGED).exclude(incident_upload=None)
    return uploads.exclude(Exists(noticed)).select_related("incident_upload__incident")
