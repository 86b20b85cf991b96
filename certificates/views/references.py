"""References: list and create, re-point, delete."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import actor_of
from accounts.actors import Actor
from common.errors import DomainError
from common.forms import add_domain_error

from .. import access, selectors
from ..differences import difference, entries_in
from ..forms import ReferenceForm, RepointForm
from ..models import Keystore, Reference, Truststore
from ..services import references as service
from .common import confirmation_error, page_of


def references(request: HttpRequest) -> HttpResponse:
    """The references of the account, and a form for a new one."""
    actor = actor_of(request)
    actor.require("certificates:change" if request.method == "POST" else "certificates:read")
    stores = [*selectors.truststores_of(actor.account), *selectors.keystores_of(actor.account)]
    form = ReferenceForm(request.POST or None, stores=stores)
    if request.method == "POST" and form.is_valid():
        try:
            store = _chosen(stores, form.cleaned_data["store"])
            made = service.create_reference(actor=actor, name=form.cleaned_data["name"], **store)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{made} created\nHosts may name it instead of the store now.")
            return redirect("certificates:reference", made.uuid)
    context = {
        "page": page_of(request, selectors.references_of(actor.account).order_by("name")),
        "form": form if actor.may("certificates:change") else None,
    }
    return render(request, "certificates/references.html", context)


def reference(request: HttpRequest, uuid: str) -> HttpResponse:
    """One reference: what it means today, and the way to re-point it."""
    actor = actor_of(request)
    found = access.get_reference(actor, uuid)
    others = _others(actor, found)
    may_change = actor.may("certificates:change")
    form = None
    if may_change and others:
        form = RepointForm(stores=others, action=reverse("certificates:reference_repoint", args=[uuid]))
    kind = "keystore" if found.keystore else "truststore"
    new_url = reverse(f"certificates:{kind}_new")
    context = {"reference": found, "kind": kind, "new_url": new_url, "form": form, "may_change": may_change}
    return render(request, "certificates/reference.html", context)


def repoint(request: HttpRequest, uuid: str) -> HttpResponse:
    """Let a reference mean the store named by `?to=`, after a look at what that changes."""
    actor = actor_of(request)
    found = access.get_reference(actor, uuid, to="certificates:change")
    others = _others(actor, found)
    form = RepointForm(request.GET, stores=others)
    if not form.is_valid():
        messages.error(request, "Choose a store\nThe reference points where it pointed before.")
        return redirect("certificates:reference", found.uuid)
    chosen, old = _chosen(others, form.cleaned_data["to"]), found.store
    store = next(iter(chosen.values()))
    error = ""
    if request.method == "POST":
        error = confirmation_error(request, found.name)
        if not error:
            try:
                service.repoint_reference(actor=actor, reference=found, **chosen)
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(
                    request,
                    f"{found} points to {store}\nThe gateway follows when the flagged proxies are deployed.",
                )
                return redirect("certificates:reference", found.uuid)
    change = None
    if found.truststore:
        change = difference(entries_in(old.current), entries_in(store.current))
    context = {"reference": found, "store": store, "old": old, "change": change, "error": error}
    return render(request, "certificates/reference_repoint.html", context)


def delete(request: HttpRequest, uuid: str) -> HttpResponse:
    """Delete a reference that no host names."""
    actor = actor_of(request)
    found = access.get_reference(actor, uuid, to="certificates:change")
    name, error = str(found), ""
    if request.method == "POST":
        error = confirmation_error(request, found.name)
        if not error:
            try:
                service.delete_reference(actor=actor, reference=found)
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(request, f"{name} deleted\n{found.store} stays as it is.")
                return redirect("certificates:references")
    return render(request, "certificates/reference_delete.html", {"reference": found, "error": error})


def _others(actor: Actor, found: Reference) -> list[Truststore | Keystore]:
    """The stores that a reference could point to instead."""
    of_kind = selectors.keystores_of if found.keystore else selectors.truststores_of
    return list(of_kind(actor.account).exclude(pk=found.store.pk))


def _chosen(stores: list[Truststore | Keystore], uuid: str) -> dict[str, Truststore | Keystore]:
    """The chosen store under the word for its kind."""
    store = next(store for store in stores if str(store.uuid) == uuid)
    return {"truststore" if isinstance(store, Truststore) else "keystore": store}
