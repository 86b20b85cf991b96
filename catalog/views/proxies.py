"""Pages of API proxies."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import actor_of
from common.errors import DomainError
from common.forms import add_domain_error

from .. import access, selectors, services
from ..forms import ProxyForm

PAGE = 25
STATES = ("needs redeploy", "not deployed", "deployed")


def proxies(request: HttpRequest) -> HttpResponse:
    """The proxies of the account, and why some wait for a deployment."""
    actor = actor_of(request)
    actor.require("proxies:read")
    q, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = selectors.proxies_of(actor.account, search=q, state=state)
    options = [
        {"value": "", "label": "Every state"},
        *[{"value": s, "label": s.capitalize()} for s in STATES],
    ]
    return render(
        request,
        "catalog/proxies.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "q": q,
            "narrowed": bool(q or state),
            "filters": [{"name": "state", "label": "State", "options": options, "value": state}],
        },
    )


def proxy(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A proxy: where it answers, where it leads, and what it waits for."""
    found = access.get_proxy(actor_of(request), uuid)
    return render(request, "catalog/proxy.html", {"proxy": found, "port": settings.GATEWAY_PORT})


def new(request: HttpRequest) -> HttpResponse:
    """Create a proxy."""
    actor = actor_of(request)
    actor.require("proxies:change")
    back = reverse("catalog:proxies")
    initial = {"hosts": request.GET.getlist("host")}
    form = ProxyForm(
        request.POST or None, account=actor.account, act="Create the proxy", back=back, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_proxy(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{made} is there\nPlan a deployment to bring it live.")
            return redirect("catalog:proxy", made.uuid)
    return render(request, "catalog/proxy_form.html", {"form": form})


def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change a proxy; the gateway follows with the next deployment."""
    actor = actor_of(request)
    found = access.get_proxy(actor, uuid, to="proxies:change")
    form = ProxyForm(
        request.POST or None,
        account=actor.account,
        act="Save",
        back=reverse("catalog:proxy", args=[uuid]),
        initial=ProxyForm.values_of(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_proxy(actor=actor, proxy=found, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{found} is saved\nThe gateway follows with the next deployment.")
            return redirect("catalog:proxy", found.uuid)
    # The name as it is stored: a refused one stays in the form only.
    return render(request, "catalog/proxy_form.html", {"form": form, "proxy": access.get_proxy(actor, uuid)})


def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Delete a proxy after its name was typed."""
    actor = actor_of(request)
    found = access.get_proxy(actor, uuid, to="proxies:change")
    error = ""
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == found.name:
            try:
                services.delete_proxy(actor=actor, proxy=found)
            except DomainError as refused:
                messages.error(request, f"{found} was not deleted\n{refused.message}")
                return redirect("catalog:proxy", found.uuid)
            messages.success(request, f"{found} is deleted\nThe gateway serves it until the next deployment.")
            return redirect("catalog:proxies")
        error = f"Type {found.name} exactly as it is written above. Nothing was deleted."
    return render(request, "catalog/proxy_delete.html", {"proxy": found, "error": error})
