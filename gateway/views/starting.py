"""Pages on which a deployment is started, scheduled, gone on with, taken back, or gone back to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from accounts.actors import Actor
from common.errors import DomainError
from common.forms import add_domain_error
from common.words import few, sentence

from .. import access, canaries, schedules, selectors, services
from ..forms import AT_A_TIME, ON_SOME, StartForm
from ..impact import impact_of
from ..lifecycle import DeploymentStatus as S
from ..models import Deployment
from .showing import changes_of


def start(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Deploy, after a look at who would feel it. Where somebody would be refused, its name is typed."""
    actor = actor_of(request)
    found = access.get_deployment(actor, uuid, to="gateway:deploy")
    if found.status != S.READY:
        if request.method == "POST":
            messages.error(request, f"{found} cannot be started\nIt is {found.status}. Nothing was changed.")
        return redirect("gateway:deployment", found.uuid)
    impact, name, error = impact_of(found), str(found), ""
    must_confirm = impact.dangerous or found.goes_back_to is not None
    nodes = list(selectors.nodes_to_prove(found.account))
    form = StartForm(request.POST or None, nodes=nodes)
    if request.method == "POST":
        # A bare POST, as it was before there was a choice, means: on every node, now.
        if must_confirm and typed(request) != name.casefold():
            error = f"Type {name} as it is written above. Nothing was changed."
        elif "how" not in request.POST or form.is_valid():
            given = form.cleaned_data if "how" in request.POST else {}
            try:
                _start(actor, found, given)
            except DomainError as refusal:
                if refusal.field not in form.fields:
                    messages.error(request, f"{found} was not started\n{refusal.message}")
                    return redirect("gateway:deployment", found.uuid)
                add_domain_error(form, refusal)
            else:
                messages.success(request, _said(found))
                return redirect("gateway:deployment", found.uuid)
    context = {
        "deployment": found,
        "impact": impact,
        "must_confirm": must_confirm,
        "name": name,
        "error": error,
        "form": form if nodes else None,
        "changes": changes_of(found),
    }
    return render(request, "gateway/start.html", context)


def typed(request: HttpRequest) -> str:
    """The name typed to confirm, in any case: pages write “Deployment 13” as well."""
    return request.POST.get("confirmation", "").strip().casefold()


def _start(actor: Actor, found: Deployment, given: dict[str, Any]) -> None:
    where: dict[str, Any] = {}
    if given.get("how") in ON_SOME:
        first = canaries.chosen(found, map(UUID, given["canary"]))
        where = {"first": first, "minutes": given["continue_after_minutes"]}
    if given.get("how") in AT_A_TIME:
        schedules.schedule(actor=actor, deployment=found, at=given["at"], **where)
    else:
        services.start(actor=actor, deployment=found, **where)


def _said(found: Deployment) -> str:
    if found.status == S.SCHEDULED:
        at = date_format(timezone.localtime(found.schedule.at), "j M Y, H:i")
        where = f", on {few(found.schedule.nodes)} first" if found.schedule.nodes else ""
        said = f"Deployment {found.number} starts at {at}{where}"
        return f"{said}\nUnless something changes by then, or gets worse."
    if not found.changes:
        what = "Each node takes it. Nothing changes on the gateway, so nothing is called."
    else:
        what = "Each node takes it and calls every changed host as a real client."
    return f"Deployment {found.number} is on its way\n{what}"


def _acted(request: HttpRequest, uuid: UUID, act: Any, done: str) -> HttpResponse:
    actor = actor_of(request)
    found = access.get_deployment(actor, uuid, to="gateway:deploy")
    try:
        act(actor=actor, deployment=found)
    except DomainError as refusal:
        messages.error(request, f"Nothing was changed\n{refusal.message}")
    else:
        messages.success(request, f"{sentence(str(found))} {done}")
    return redirect("gateway:deployment", found.uuid)


@require_POST
def unschedule(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It does not start by itself any more."""
    return _acted(
        request, uuid, schedules.cancel, "is not scheduled any more\nIt is ready, and waits for you."
    )


@require_POST
def go_on(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Bring a canary to all the other nodes."""
    return _acted(request, uuid, services.go_on, "goes on\nThe other nodes take it and prove it.")


@require_POST
def take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a canary back from its nodes."""
    return _acted(request, uuid, services.take_back, "is taken back\nIts nodes serve what is live again.")


@require_POST
def roll_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Plan to go back to an earlier deployment, and show the plan."""
    actor = actor_of(request)
    earlier = access.get_deployment(actor, uuid, to="gateway:deploy")
    try:
        planned = services.plan_rollback(actor=actor, to=earlier)
    except DomainError as refusal:
        messages.error(request, f"There is no way back to {earlier}\n{refusal.message}")
        return redirect("gateway:deployment", earlier.uuid)
    return redirect("gateway:deployment", planned.uuid)
