"""Uploads of an incident: handing in for the partner, looking, accepting."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import actor_of
from accounts.actors import Actor
from certificates import access as stores
from certificates.forms import MessageUploadForm
from certificates.models import Truststore, Upload
from certificates.reports import report_of
from certificates.services import truststores
from certificates.views.common import upload_form
from certificates.views.uploads import progress_answer
from common.errors import DomainError, NotFound
from common.forms import add_domain_error

from .. import access
from ..forms import NEW_STORE, AcceptForm
from ..lifecycle import IncidentStatus
from ..models import Incident
from ..presentation import being_checked, others_trusting
from ..services import acceptance, links


def upload(request: HttpRequest, uuid: str) -> HttpResponse:
    """Hand in files that the partner sent in another way."""
    actor = actor_of(request)
    incident = access.get_incident(actor, uuid, to="incidents:raise")
    form = MessageUploadForm()
    if request.method == "POST":
        form, files = upload_form(request, MessageUploadForm)
        if files is not None:
            try:
                sent = links.upload_as_member(
                    actor=actor, incident=incident, files=files, message=form.cleaned_data["message"]
                )
            except DomainError as error:
                add_domain_error(form, error)
            else:
                messages.success(request, f"{sent} received\nIt is checked now. Nothing is trusted by that.")
                return redirect("incidents:review", incident.uuid, sent.uuid)
    return render(request, "incidents/upload.html", {"incident": incident, "form": form})


def review(request: HttpRequest, uuid: str, upload: str) -> HttpResponse:
    """The report of an upload, and a role for each of its certificates."""
    actor = actor_of(request)
    to = "incidents:process" if request.method == "POST" else "incidents:read"
    incident, sent = _found(actor, uuid, upload, to)
    is_ready = being_checked(incident) != sent
    # Read after that, so that what shows is not older than the answer.
    incident.refresh_from_db(fields=["status"])
    sent.refresh_from_db(fields=["status"])
    report = report_of(sent)
    is_ready = is_ready and report.is_judged
    known = list(Truststore.objects.filter(account=actor.account).order_by("name"))
    form = AcceptForm(request.POST or None, lines=report.lines, host=incident.host, stores=known)
    if request.method == "POST" and report.is_judged and form.is_valid():
        try:
            _accept(actor, incident, sent, form)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request,
                f"Accepted\n{incident.host.alias} asks for certificates as soon as it is deployed.",
            )
            return redirect("incidents:detail", incident.uuid)
    context = {
        "incident": incident,
        "report": report,
        "is_ready": is_ready,
        "form": form,
        "others": others_trusting(incident),
        "may_check_again": actor.may("certificates:change"),
        "may_waive": actor.may("certificates:waive"),
        "may_accept": actor.may("incidents:process") and incident.status == IncidentStatus.CHECKING,
    }
    return render(request, "incidents/review.html", context)


def progress(request: HttpRequest, uuid: str, upload: str) -> HttpResponse:
    """The progress bar while the worker judges; then the page loads anew, with the report."""
    incident, sent = _found(actor_of(request), uuid, upload, "incidents:read")
    report = report_of(sent)
    return progress_answer(request, report, request.path, is_over=being_checked(incident) != sent)


@transaction.atomic
def _accept(actor: Actor, incident: Incident, sent: Upload, form: AcceptForm) -> None:
    """Accept, into a truststore that is made for it if need be; a refusal leaves no new truststore behind."""
    store = incident.host.trusted
    if store is None and form.cleaned_data["truststore"] == NEW_STORE:
        actor.require("certificates:change")
        store = _new_store(actor, incident, form.cleaned_data["new_name"])
    elif store is None:
        store = stores.get_truststore(actor, form.cleaned_data["truststore"], to="incidents:process")
    acceptance.accept(
        actor=actor,
        incident=incident,
        upload=sent,
        roles=form.roles(),
        truststore=store,
        at=timezone.now(),
    )


def _new_store(actor: Actor, incident: Incident, name: str) -> Truststore:
    try:
        return truststores.create_truststore(
            actor=actor, name=name, description=f"Clients of {incident.host.alias}"
        )
    except DomainError as error:
        error.field = "new_name"
        raise


def _found(actor: Actor, uuid: str, upload: str, to: str) -> tuple[Incident, Upload]:
    incident = access.get_incident(actor, uuid, to=to)
    row = incident.uploads.select_related("upload__account").filter(upload__uuid=upload).first()
    if row is None:
        raise NotFound("upload of this incident")
    return incident, row.upload
