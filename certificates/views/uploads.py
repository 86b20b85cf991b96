"""Uploads: list, new, report."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from common.errors import DomainError
from common.forms import add_domain_error

from .. import access, selectors
from ..forms import LETS_IN, UploadForm
from ..models import Truststore
from ..reports import Report, report_of
from ..services import uploads as uploads_service
from ..services.uploads import receive
from ..standing import listed
from ..suggestions import suggestions
from .common import page_of, upload_form


def uploads(request: HttpRequest) -> HttpResponse:
    """Everything that was sent, newest first."""
    actor = actor_of(request)
    actor.require("certificates:read")
    page = page_of(request, selectors.uploads_of(actor.account))
    context = {
        "page": page,
        "rows": listed(page, timezone.now()),
        "may_upload": actor.may("certificates:change"),
    }
    return render(request, "certificates/uploads.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Send files to have them checked; nothing is trusted by that."""
    actor = actor_of(request)
    actor.require("certificates:change")
    form = UploadForm()
    if request.method == "POST":
        form, files = upload_form(request)
        if files is not None:
            try:
                upload = receive(account=actor.account, sender=actor.label, files=files)
            except DomainError as error:
                add_domain_error(form, error)
            else:
                messages.success(
                    request, f"{upload} received\nIt is checked now. Nothing is trusted by that."
                )
                return redirect("certificates:upload", upload.uuid)
    return render(request, "certificates/upload_new.html", {"form": form})


def upload(request: HttpRequest, uuid: str) -> HttpResponse:
    """The report of one upload."""
    actor = actor_of(request)
    found = access.get_upload(actor, uuid)
    stores = Truststore.objects.filter(account=actor.account).order_by("name")
    report = report_of(found)
    context = {
        "report": report,
        "suggested": [
            (line, role, LETS_IN[role])
            for line, role in zip(report.lines, suggestions(report.lines, ()).values(), strict=True)
        ],
        "stores": stores if actor.may("certificates:change") else [],
        "may_check_again": actor.may("certificates:change"),
        "may_waive": actor.may("certificates:waive"),
    }
    return render(request, "certificates/upload.html", context)


@require_POST
def judge_again(request: HttpRequest, uuid: str) -> HttpResponse:
    """Have the upload judged with the clock and the profile of today."""
    actor = actor_of(request)
    found = access.get_upload(actor, uuid, to="certificates:change")
    uploads_service.judge_again(actor=actor, upload=found)
    messages.success(request, f"{found} is checked again\nWith today’s clock and profile.")
    return redirect("certificates:upload", found.uuid)


def progress(request: HttpRequest, uuid: str) -> HttpResponse:
    """The progress bar while the worker judges; then the page loads anew, with the report."""
    report = report_of(access.get_upload(actor_of(request), uuid))
    return progress_answer(request, report, request.path)


def progress_answer(
    request: HttpRequest, report: Report, poll_url: str, *, is_over: bool = True
) -> HttpResponse:
    """The answer to whoever polls for a report: the component once more, or "load anew" once it is judged.

    `is_over` is False as long as something else has to follow the judgement.
    """
    done = report.is_judged and is_over
    context = report.progress | {"poll_url": poll_url, "state": "done" if done else "running"}
    response = render(request, "components/progress.html", context)
    if done:
        response["HX-Refresh"] = "true"
    return response
