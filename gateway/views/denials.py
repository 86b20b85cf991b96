"""Pages of denials: refuse a certificate now, see where it is in force, take it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import actor_of
from accounts.actors import Actor
from common.errors import DomainError
from common.words import few

from .. import access, denials
from ..denial_state import concerned_by, denials_of, states_of
from ..forms import DenyForm

PAGE = 25


def denial_list(request: HttpRequest) -> HttpResponse:
    """Whom the account refuses on every host, and whom it did."""
    actor = actor_of(request)
    actor.require("gateway:read")
    page = Paginator(denials_of(actor.account), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "states": states_of(actor.account, list(page.object_list))}
    return render(request, "gateway/denials.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Say which certificate, why and for how long; then see whom it concerns, and confirm."""
    actor = actor_of(request)
    actor.require("gateway:deny")
    asked = "reason" in request.GET
    form = DenyForm(request.GET if asked else None, initial={"fingerprint": request.GET.get("fingerprint")})
    if not asked or not form.is_valid():
        return render(request, "gateway/deny.html", {"form": form})
    return _confirm(request, actor, form.cleaned_data)


def _confirm(request: HttpRequest, actor: Actor, wish: dict[str, Any]) -> HttpResponse:
    name, error = denials.name_of(actor.account, wish["fingerprint"]), ""
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == name:
            return _denied(request, actor, wish)
        error = f"Type {name} exactly as it is written above. Nothing was changed."
    concerned = concerned_by(actor.account, wish["fingerprint"], name)
    return render(
        request,
        "gateway/deny_confirm.html",
        {"name": name, "error": error, "wish": wish, "concerned": concerned, "where": few(concerned.hosts)},
    )


def _denied(request: HttpRequest, actor: Actor, wish: dict[str, Any]) -> HttpResponse:
    try:
        denial = denials.deny(actor=actor, **wish)
    except DomainError as refused:
        messages.error(request, f"Nothing was refused\n{refused.message}")
    else:
        messages.success(request, f"{denial} is refused everywhere\nSee below which nodes have confirmed it.")
    return redirect("gateway:denials")


def lift(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a denial back after one more look."""
    actor = actor_of(request)
    denial = access.get_denial(actor, uuid, to="gateway:deny")
    if request.method == "POST":
        try:
            denials.lift(actor=actor, denial=denial)
        except DomainError as refused:
            messages.error(request, f"Nothing was changed\n{refused.message}")
        else:
            messages.success(request, f"{denial} is no longer denied\nThe truststores decide about it again.")
        return redirect("gateway:denials")
    (state,) = states_of(actor.account, [denial])
    return render(request, "gateway/denial_lift.html", {"denial": denial, "state": state})
