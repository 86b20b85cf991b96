"""Truststores: list, new, one, and adding entries to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import actor_of
from common.errors import DomainError
from common.forms import add_domain_error
from common.templatetags.distances import distance, write_day

from .. import access, selectors
from ..forms import ImportForm, TruststoreForm, UploadForm
from ..models import Entry, Truststore
from ..pki.roles import Role
from ..reports import report_of
from ..services import truststores as service
from ..services.uploads import receive
from ..standing import listed
from ..suggestions import anchors_of
from .common import page_of, upload_form


def truststores(request: HttpRequest) -> HttpResponse:
    """The truststores of the account, searched by name, alias or fingerprint."""
    actor = actor_of(request)
    actor.require("certificates:read")
    search = request.GET.get("q", "").strip()
    stores = selectors.truststores_of(actor.account, search=search.replace(" ", "").replace(":", ""))
    context = {
        "page": page_of(request, stores.annotate(next_end=Min("current__entries__certificate__not_after"))),
        "search": search,
        "may_change": actor.may("certificates:change"),
    }
    return render(request, "certificates/truststores.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Create a truststore; its first version is empty and trusts nobody."""
    actor = actor_of(request)
    actor.require("certificates:change")
    form = TruststoreForm(request.POST or None, back=reverse("certificates:truststores"))
    if request.method == "POST" and form.is_valid():
        try:
            store = service.create_truststore(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{store} created\nIt is empty and trusts nobody. Add entries next.")
            return redirect("certificates:truststore", store.uuid)
    return render(request, "certificates/truststore_new.html", {"form": form})


def truststore(request: HttpRequest, uuid: str) -> HttpResponse:
    """One truststore: who is let in today, who decides by it, and its versions."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid)
    entries = list(selectors.entries_of(store).order_by("role", "alias"))
    context = {
        "store": store,
        "entries": entries,
        "now": timezone.now(),
        "facts": _facts(store, entries),
        "page": page_of(request, store.versions.order_by("-number")),
        "references": list(store.references.all()),
        "may_change": actor.may("certificates:change"),
    }
    return render(request, "certificates/truststore.html", context)


def add(request: HttpRequest, uuid: str) -> HttpResponse:
    """First step of adding entries: send the files."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid, to="certificates:change")
    form = UploadForm()
    if request.method == "POST":
        form, files = upload_form(request)
        if files is not None:
            try:
                upload = receive(account=actor.account, sender=actor.label, files=files)
            except DomainError as error:
                add_domain_error(form, error)
            else:
                return redirect("certificates:entries_assign", store.uuid, upload.uuid)
    with_some = selectors.uploads_of(actor.account).filter(certificates__isnull=False).distinct()
    recent = listed(with_some[:5], timezone.now())
    return render(request, "certificates/entries_add.html", {"store": store, "form": form, "recent": recent})


def assign(request: HttpRequest, uuid: str, upload: str) -> HttpResponse:
    """Second step: a role for each certificate, then a new version."""
    actor = actor_of(request)
    store = access.get_truststore(actor, uuid, to="certificates:change")
    report = report_of(access.get_upload(actor, upload, to="certificates:change"))
    held = {entry.certificate.fingerprint: entry.rules_text for entry in selectors.entries_of(store)}
    form = ImportForm(request.POST or None, lines=report.lines, anchors=anchors_of(store), held=held)
    if request.method == "POST" and report.is_judged and form.is_valid():
        by_fingerprint = {line.certificate.fingerprint: line.certificate for line in report.lines}
        rules = form.rules()
        entries = [
            service.NewEntry(by_fingerprint[fingerprint], Role(role), rules=rules.get(fingerprint))
            for fingerprint, role in form.roles().items()
        ]
        try:
            if not entries:
                raise DomainError("no_role", "Give at least one certificate a role.")
            version = service.add_version(
                actor=actor,
                store=store,
                entries=entries,
                at=timezone.now(),
                note=form.cleaned_data["note"] or f"from {report.upload}",
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request, f"{version} is in force\nThe gateway follows when the flagged proxies are deployed."
            )
            return redirect("certificates:truststore", store.uuid)
    context = {
        "store": store,
        "report": report,
        "form": form,
        "may_waive": actor.may("certificates:waive"),
    }
    return render(request, "certificates/entries_assign.html", context)


def _facts(store: Truststore, entries: list[Entry]) -> list[dict[str, Any]]:
    """The strip. An entry whose certificate has ended lets nobody in, so it is counted apart."""
    now = timezone.now()
    sound = [entry for entry in entries if entry.certificate.not_after > now]
    over = len(entries) - len(sound)
    counts = [
        f"{n} {role.value}{'s' * (n != 1)}" for role in Role if (n := sum(e.role == role for e in sound))
    ]
    open_to_somebody = any(entry.role != Role.INTERMEDIATE for entry in sound)
    said = counts if open_to_somebody else [*counts, "nobody is let in"]
    ends = min((entry.certificate.not_after for entry in sound), default=None)
    soon = [entry.alias for entry in sound if entry.certificate.not_after == ends]
    return [
        {"label": "Version in force", "figure": store.current.number if store.current else 0},
        {
            "label": "Entries",
            "figure": len(entries),
            "note": ", ".join([*said, *[f"{over} expired"] * bool(over)]),
            "bad": not open_to_somebody,
        },
        {
            "label": "Next to end",
            "value": write_day(ends) if ends else "nothing",
            "note": f"{distance(ends)}: {soon[0]}" if ends else "",
        },
    ]
