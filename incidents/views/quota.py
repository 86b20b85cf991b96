"""More hosts: asked for, granted or refused."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from certificates.views.common import page_of
from common.errors import DomainError, NotFound
from common.forms import add_domain_error
from vhosts.selectors import quota_of

from .. import access, selectors
from ..forms import QuotaForm
from ..services import quota as service


def quota(request: HttpRequest) -> HttpResponse:
    """What was asked for, and a form to ask."""
    actor = actor_of(request)
    actor.require("incidents:raise" if request.method == "POST" else "incidents:read")
    form = QuotaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.ask(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{made} raised\nThe queue answers it here.")
            return redirect("incidents:quota")
    context = {
        "page": page_of(request, selectors.quota_requests_of(actor.account)),
        "quota": quota_of(actor.account),
        "form": form if actor.may("incidents:raise") else None,
        "may_process": actor.may("incidents:process"),
    }
    return render(request, "incidents/quota.html", context)


@require_POST
def answer(request: HttpRequest, uuid: str, act: str) -> HttpResponse:
    """Grant or refuse one."""
    actor = actor_of(request)
    asked = access.get_quota_request(actor, uuid, to="incidents:process")
    done = {"grant": service.grant, "refuse": service.refuse}.get(act)
    if done is None:
        raise NotFound("answer")
    try:
        done(actor=actor, request=asked)
    except DomainError as error:
        messages.error(request, f"Nothing was changed\n{error.message}")
    else:
        messages.success(request, f"{asked} {asked.get_status_display()}\nIt stays here with the answer.")
    return redirect("incidents:quota")
