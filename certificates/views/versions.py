"""Versions of a truststore: what changed, going back, taking an entry out."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import actor_of
from common.errors import DomainError, NotFound
from common.forms import add_domain_error

from .. import access
from ..differences import difference, entries_in
from ..forms import EntryRulesForm
from ..models import Entry, Truststore, TruststoreVersion
from ..pki.roles import Role
from ..services import truststores as service
from .common import confirmation_error


def version(request: HttpRequest, uuid: str, number: int) -> HttpResponse:
    """One version against the one before it."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid)
    found = _numbered(store, number)
    before = _versions(store).filter(number__lt=number).order_by("-number").first()
    context = {
        "store": store,
        "version": found,
        "before": before,
        "change": difference(entries_in(before), entries_in(found)),
        "is_current": store.current_id == found.pk,
        "may_activate": actor.may("certificates:change") and store.current_id != found.pk,
    }
    return render(request, "certificates/version.html", context)


def activate(request: HttpRequest, uuid: str, number: int) -> HttpResponse:
    """Make another version the one in force, after a look at what that changes."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid, to="certificates:change")
    found = _numbered(store, number)
    error = ""
    if request.method == "POST":
        error = confirmation_error(request, store.name)
        if not error:
            try:
                service.activate_version(actor=actor, version=found, at=timezone.now())
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(
                    request,
                    f"{found} is in force\nThe gateway follows when the flagged proxies are deployed.",
                )
                return redirect("certificates:truststore", store.uuid)
    then = entries_in(found)
    context = {
        "store": store,
        "version": found,
        "change": difference(entries_in(store.current), then),
        "unfit": service.why_unfit(service.as_new(then), at=timezone.now()),
        "error": error,
    }
    return render(request, "certificates/activate.html", context)


def remove(request: HttpRequest, uuid: str, entry: str) -> HttpResponse:
    """Take one entry out: a new version without it."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid, to="certificates:change")
    leaving = _entry_in_force(store, entry)
    error = ""
    if request.method == "POST":
        error = confirmation_error(request, leaving.alias)
        if not error:
            try:
                made = service.remove_entry(actor=actor, store=store, entry=leaving, at=timezone.now())
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(
                    request,
                    f"{leaving.alias} is out of {store.name}\n{made} is in force. "
                    "The gateway follows when the flagged proxies are deployed.",
                )
                return redirect("certificates:truststore", store.uuid)
    now = entries_in(store.current)
    kept = [entry for entry in now if entry.pk != leaving.pk]
    context = {
        "store": store,
        "entry": leaving,
        "change": difference(now, kept),
        "unfit": service.why_unfit(service.as_new(kept), at=timezone.now()),
        "error": error,
    }
    return render(request, "certificates/entry_remove.html", context)


def entry_rules(request: HttpRequest, uuid: str, entry: str) -> HttpResponse:
    """The names that the clients of an anchor may have: a new version with other rules."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid, to="certificates:change")
    anchor = _entry_in_force(store, entry)
    if anchor.role != Role.ANCHOR:
        raise NotFound("anchor in the version in force")
    back = reverse("certificates:truststore", args=[store.uuid])
    form = EntryRulesForm(request.POST or None, back=back, initial={"rules": anchor.rules_text})
    if request.method == "POST" and form.is_valid():
        rules = form.cleaned_data["rules"]
        changed = service.NewEntry(anchor.certificate, Role.ANCHOR, anchor.alias, rules)
        note = f"name rules of {anchor.alias}"[:500]
        try:
            made = service.add_version(
                actor=actor, store=store, entries=[changed], at=timezone.now(), note=note
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request, f"{made} is in force\nThe gateway follows when the flagged proxies are deployed."
            )
            return redirect("certificates:truststore", store.uuid)
    return render(request, "certificates/entry_rules.html", {"store": store, "entry": anchor, "form": form})


def _entry_in_force(store: Truststore, uuid: str) -> Entry:
    current = store.current
    found = current.entries.select_related("certificate").filter(uuid=uuid).first() if current else None
    if found is None:
        raise NotFound("entry in the version in force")
    return found


def _versions(store: Truststore) -> QuerySet[TruststoreVersion]:
    return TruststoreVersion.objects.filter(truststore=store).select_related("truststore")


def _numbered(store: Truststore, number: int) -> TruststoreVersion:
    found = _versions(store).filter(number=number).first()
    if found is None:
        raise NotFound("truststore version")
    return found
