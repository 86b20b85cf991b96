"""One incident, and what people do in it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from accounts.actors import Actor
from common.errors import DomainError
from common.forms import add_domain_error

from .. import access
from ..forms import CommentForm, WithdrawForm
from ..models import Incident
from ..presentation import case_of, impact_of, other_open
from ..services import links, raising


def detail(request: HttpRequest, uuid: str) -> HttpResponse:
    """The page of an incident."""
    actor = actor_of(request)
    return _page(request, actor, access.get_incident(actor, uuid), CommentForm())


def live(request: HttpRequest, uuid: str) -> HttpResponse:
    """What changed since the page with the stamp `?seen=`; 204 when nothing did."""
    actor = actor_of(request)
    case = case_of(actor, access.get_incident(actor, uuid))
    if case.stamp == request.GET.get("seen"):
        return HttpResponse(status=204)
    response = render(request, "incidents/_live.html", _shown(actor, case))
    if case.is_over:
        response["HX-Refresh"] = "true"  # what one could do in it is over too
    return response


@require_POST
def comment(request: HttpRequest, uuid: str) -> HttpResponse:
    """Say something."""
    actor = actor_of(request)
    incident = access.get_incident(actor, uuid, to="incidents:raise")
    return _say(
        request,
        actor,
        incident,
        lambda given: raising.comment(actor=actor, incident=incident, **given),
        "Comment added\nIt stands in the timeline.",
    )


@require_POST
def ask(request: HttpRequest, uuid: str) -> HttpResponse:
    """Give the turn back to the partner, with a question and a new secure link."""
    actor = actor_of(request)
    incident = access.get_incident(actor, uuid, to="incidents:process")
    return _say(
        request,
        actor,
        incident,
        lambda given: raising.ask_partner(actor=actor, incident=incident, text=given["text"]),
        f"Asked {incident.partner}\nYour question and a new link are on their way to {incident.email}.",
    )


@require_POST
def link_new(request: HttpRequest, uuid: str) -> HttpResponse:
    """Mail a new secure link; the one before closes."""
    actor = actor_of(request)
    incident = access.get_incident(actor, uuid, to="incidents:process")
    return _act(
        request,
        incident,
        lambda: links.send_link(actor=actor, incident=incident),
        f"New secure link\nIt is on its way to {incident.email}. The one before is closed.",
    )


@require_POST
def link_revoke(request: HttpRequest, uuid: str) -> HttpResponse:
    """Close the open secure link."""
    actor = actor_of(request)
    incident = access.get_incident(actor, uuid, to="incidents:process")
    return _act(
        request,
        incident,
        lambda: links.revoke_link(actor=actor, incident=incident),
        "Secure link closed\nNobody can send anything until you send a new one.",
    )


def withdraw(request: HttpRequest, uuid: str) -> HttpResponse:
    """End it without evidence, with a reason."""
    actor = actor_of(request)
    incident = access.get_incident(actor, uuid, to="incidents:process")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            raising.withdraw(actor=actor, incident=incident, reason=form.cleaned_data["reason"])
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{incident} withdrawn\nIts secure links are closed.")
            return redirect("incidents:detail", incident.uuid)
    return render(request, "incidents/withdraw.html", {"incident": incident, "form": form})


def _page(request: HttpRequest, actor: Actor, incident: Incident, form: CommentForm) -> HttpResponse:
    case = case_of(actor, incident)
    context = _shown(actor, case) | {
        "form": form,
        "impact": [] if case.is_over else impact_of(incident),
        "other_open": [] if case.is_over else other_open(incident),
    }
    return render(request, "incidents/detail.html", context)


def _shown(actor: Actor, case) -> dict:
    return {
        "case": case,
        "incident": case.incident,
        "may_raise": actor.may("incidents:raise") and not case.is_over,
        "may_process": actor.may("incidents:process") and not case.is_over,
    }


def _say(
    request: HttpRequest, actor: Actor, incident: Incident, say: Callable[[dict], object], done: str
) -> HttpResponse:
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            say(form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, done)
            return redirect("incidents:detail", incident.uuid)
    return _page(request, actor, incident, form)


def _act(request: HttpRequest, incident: Incident, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, f"Nothing was changed\n{error.message}")
    else:
        messages.success(request, done)
    return redirect("incidents:detail", incident.uuid)
