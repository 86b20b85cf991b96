"""The partner's page: no account, one link, one upload."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from certificates.forms import MessageUploadForm
from certificates.reports import report_of
from certificates.services.uploads import PrivateKeySent
from certificates.views.common import upload_form
from certificates.views.uploads import progress_answer
from common.errors import DomainError, NotFound
from common.forms import add_domain_error

from .. import access
from ..lifecycle import EventKind, IncidentStatus
from ..models import SecureLink
from ..services import links
from ..throttling import may_send

_SAID = (EventKind.ASKED, EventKind.COMMENTED, EventKind.UPLOADED)


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the page out of caches and search engines. Its address holds the token; every log masks it."""

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Not "no-referrer": Django checks the referrer of a POST over https.
        response["Referrer-Policy"] = "same-origin"
        return response

    return login_not_required(answer)


@private
def secure(request: HttpRequest, token: str) -> HttpResponse:
    """What to send and where; after the upload, what was found in it."""
    try:
        link = access.get_link(token)
    except NotFound:
        return render(request, "incidents/secure_gone.html", status=404)
    if link.state == "expired":
        return render(request, "incidents/secure_expired.html", _context(link), status=410)
    if request.method == "POST" and link.state == "open":
        return _receive(request, link, token)
    if request.method == "GET":
        links.note_opened(link)
    return _page(request, link, token, MessageUploadForm())


@private
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """The progress bar while the worker judges; then the page loads anew, with the report."""
    try:
        link = access.get_link(token)
    except NotFound:
        return HttpResponse(status=404)
    if link.upload is None or link.state == "expired":
        return HttpResponse(status=404)
    return progress_answer(request, report_of(link.upload), request.path)


def _receive(request: HttpRequest, link: SecureLink, token: str) -> HttpResponse:
    form, files = upload_form(request, MessageUploadForm)
    if not may_send(link.token_digest):
        form.add_error("files", "Too many attempts through this link. Wait an hour, then try again.")
        return _page(request, link, token, form, status=429)
    if files is None:
        return _page(request, link, token, form, status=400)
    try:
        links.upload_through_link(link=link, files=files, message=form.cleaned_data["message"])
    except PrivateKeySent as error:
        return _page(request, link, token, form, status=400, key_sent=error.message)
    except DomainError as error:
        add_domain_error(form, error)
        return _page(request, link, token, form, status=error.status)
    return redirect("incidents:secure", token)


def _page(
    request: HttpRequest,
    link: SecureLink,
    token: str,
    form: MessageUploadForm,
    *,
    status: int = 200,
    key_sent: str = "",
) -> HttpResponse:
    context = _context(link) | {
        "form": form,
        "key_sent": key_sent,
        "said": _said(link),
        "asked": _asked(link),
        "poll_url": reverse("incidents:secure_progress", args=[token]),
        "report": report_of(link.upload) if link.upload else None,
        "takes_files": link.incident.status in (IncidentStatus.WAITING, IncidentStatus.CHECKING),
    }
    return render(request, "incidents/secure.html", context, status=status)


def _context(link: SecureLink) -> dict:
    # The frame of whoever is signed in has no place on a partner's page.
    return {"link": link, "incident": link.incident, "owner": link.incident.account, "account": None}


def _asked(link: SecureLink) -> str:
    """The latest question to the partner, while the link that came with it is open."""
    if link.state != "open":
        return ""
    latest = link.incident.events.filter(kind=EventKind.ASKED).first()
    return latest.text if latest else ""


def _said(link: SecureLink) -> list[dict]:
    """What was said so far, for the partner: people of the account speak with its name."""
    incident = link.incident
    events = incident.events.filter(kind__in=_SAID, internal=False).exclude(text="")
    mine = f"{incident.partner} (secure link)"
    return [
        {
            "who": incident.partner if event.actor == mine else incident.account.name,
            "did": "asked" if event.kind == EventKind.ASKED else "wrote",
            "at": event.at,
            "icon": "chat-left-text",
            "tone": "idle" if event.actor == mine else "info",
            "text": event.text,
        }
        for event in events[:20]
    ]
