"""The queue: its list, and raising an incident."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import actor_of
from certificates.views.common import page_of
from common.errors import DomainError
from common.forms import add_domain_error
from vhosts.selectors import hosts_of

from .. import selectors
from ..forms import IncidentForm
from ..services import raising

FILTERS = [("ours", "Our turn"), ("open", "Open"), ("all", "All")]


def incidents(request: HttpRequest) -> HttpResponse:
    """The incidents of the account: open ones unless asked otherwise."""
    actor = actor_of(request)
    actor.require("incidents:read")
    search = request.GET.get("q", "").strip()
    status = request.GET.get("status", "open")
    if status not in dict(FILTERS):
        status = "open"
    rows = selectors.incidents_of(actor.account, search=search, status="" if status == "all" else status)
    context = {
        "page": page_of(request, rows),
        "search": search,
        "status": status,
        "filters": FILTERS,
        "may_raise": actor.may("incidents:raise"),
    }
    return render(request, "incidents/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Raise an incident: the partner gets the secure link."""
    actor = actor_of(request)
    actor.require("incidents:raise")
    hosts = [host for host in hosts_of(actor.account) if not host.is_default]
    known = {"subdomain": actor.account.subdomain, "account_id": str(actor.account.uuid)}
    asked = request.GET.get("host", "")
    form = IncidentForm(
        request.POST or None,
        hosts=hosts,
        back=reverse("incidents:list"),
        initial=known | {"host_alias": asked},
    )
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "component"}
        try:
            incident = raising.raise_incident(actor=actor, ticket=raising.Ticket(**given))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request, f"{incident} raised\nThe secure link is on its way to {incident.email}."
            )
            return redirect("incidents:detail", incident.uuid)
    return render(request, "incidents/new.html", {"form": form, "hosts": hosts})
