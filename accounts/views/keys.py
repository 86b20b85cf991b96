"""Service keys: the OAuth2 clients of machines."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from common.errors import DomainError
from common.forms import add_domain_error

from .. import keyfile, services
from ..access import actor_of, get_service_key
from ..forms import KeyForm
from ..selectors import service_keys_of


def keys(request: HttpRequest) -> HttpResponse:
    """The service keys of the account, revoked ones included."""
    actor = actor_of(request)
    actor.require("keys:manage")
    q = request.GET.get("q", "").strip()
    found = service_keys_of(actor.account)
    if q:
        found = found.filter(name__icontains=q)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "accounts/keys.html", {"page": page, "q": q})


@sensitive_variables("new")
def key_new(request: HttpRequest) -> HttpResponse:
    """Create a key. The answer to the POST shows its secret, this once, and no cache keeps it."""
    actor = actor_of(request)
    actor.require("keys:manage")
    form = KeyForm(request.POST or None, actor=actor, back=reverse("accounts:keys"))
    if request.method == "POST" and form.is_valid():
        try:
            new = services.create_service_key(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            context = {
                "key": new.key,
                "document": json.dumps(keyfile.document(new), indent=2),
                "command": keyfile.token_command(new),
            }
            response = render(request, "accounts/key_created.html", context)
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "accounts/key_new.html", {"form": form})


def key_revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Revoke a key, after a confirmation by name."""
    actor = actor_of(request)
    key = get_service_key(actor, uuid)
    error = ""
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() != key.name:
            error = f"Type {key.name} to confirm."
        else:
            try:
                services.revoke_service_key(actor=actor, key=key)
            except DomainError as refused:
                messages.error(request, refused.message)
            else:
                messages.success(request, f"{key.name} is revoked\nIts tokens are refused from now on.")
            return redirect("accounts:keys")
    return render(request, "accounts/key_revoke.html", {"key": key, "error": error})
