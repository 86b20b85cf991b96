"""Keystores: list, create, one, its key entries, delete. No page shows a key."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.access import actor_of
from common.api import MAX_MULTIPART_BYTES
from common.errors import DomainError
from common.forms import add_domain_error

from .. import access, selectors
from ..key_forms import KeyForm, KeystoreForm, NewKeyForm
from ..models import ServerKey
from ..pki.server_keys import dns_names
from ..services import keystores as service
from ..services.keystores import KeyFiles
from ..services.known import parsed
from .common import confirmation_error, page_of


def keystores(request: HttpRequest) -> HttpResponse:
    """Each keystore with the certificate in use under each alias."""
    actor = actor_of(request)
    actor.require("certificates:read")
    page = page_of(request, selectors.keystores_of(actor.account))
    for store in page:
        store.in_use = selectors.keys_in_use(store)
    context = {"page": page, "may_change": actor.may("keystores:change")}
    return render(request, "certificates/keystores.html", context)


def keystore(request: HttpRequest, uuid: str) -> HttpResponse:
    """One keystore: its entries, who answers with them, which references point to it."""
    actor = actor_of(request)
    store = access.get_keystore(actor, uuid)
    rows = [_row(key) for key in selectors.keys_in_use(store)]
    context = {"keystore": store, "rows": rows, "may_change": actor.may("keystores:change")}
    return render(request, "certificates/keystore.html", context)


def _row(key: ServerKey) -> dict[str, object]:
    """An entry with the names it is for, and its chain in words: leaf first, last who issued the end."""
    chain = x509.load_pem_x509_certificates(key.chain_pem.encode())
    names = [_common_name(certificate.subject) for certificate in chain[1:]]
    return {
        "key": key,
        "names": dns_names(parsed(key.certificate)),
        "issuers": [*names, _common_name(chain[-1].issuer)],
    }


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


@sensitive_post_parameters("password")
def new(request: HttpRequest) -> HttpResponse:
    """Create a keystore with its first key entry."""
    actor = actor_of(request)
    actor.require("keystores:change")
    form = KeystoreForm(
        request.POST or None,
        request.FILES or None,
        act="Create the keystore",
        back=reverse("certificates:keystores"),
    )

    def create(files: KeyFiles) -> ServerKey:
        named = {name: form.cleaned_data[name] for name in ("name", "alias")}
        return service.create_keystore(actor=actor, **named, files=files, at=timezone.now())

    key = _imported(request, form, create)
    if key is None:
        return render(request, "certificates/keystore_new.html", {"form": form})
    messages.success(
        request, f"{key.keystore} created\nHosts of a custom domain may name it, or a reference to it."
    )
    return redirect("certificates:keystore", key.keystore.uuid)


@sensitive_post_parameters("password")
def add(request: HttpRequest, uuid: str) -> HttpResponse:
    """Add a key entry under a new alias."""
    actor = actor_of(request)
    store = access.get_keystore(actor, uuid, to="keystores:change")
    back = reverse("certificates:keystore", args=[store.uuid])
    form = NewKeyForm(request.POST or None, request.FILES or None, act="Add the key", back=back)

    def take(files: KeyFiles) -> ServerKey:
        alias = form.cleaned_data["alias"]
        return service.add_key(actor=actor, store=store, alias=alias, files=files, at=timezone.now())

    key = _imported(request, form, take)
    if key is None:
        return render(request, "certificates/key_add.html", {"form": form, "keystore": store})
    messages.success(request, f"{key.alias} added to {store}\nHosts answer with it once they name it.")
    return redirect("certificates:keystore", store.uuid)


@sensitive_post_parameters("password")
def replace(request: HttpRequest, uuid: str, alias: str) -> HttpResponse:
    """Let another key stand under an alias, which every host that names it follows."""
    actor = actor_of(request)
    store = access.get_keystore(actor, uuid, to="keystores:change")
    old = service.in_use(store, alias)
    back = reverse("certificates:keystore", args=[store.uuid])
    form = KeyForm(request.POST or None, request.FILES or None, act="Replace the key", back=back)

    def take(files: KeyFiles) -> ServerKey:
        return service.replace_key(actor=actor, store=store, alias=alias, files=files, at=timezone.now())

    key = _imported(request, form, take)
    if key is None:
        context = {"form": form, "keystore": store, "row": _row(old)}
        return render(request, "certificates/key_replace.html", context)
    messages.success(
        request, f"{alias} replaced\nThe gateway follows with the next deployment; flagged proxies say why."
    )
    return redirect("certificates:keystore", store.uuid)


@sensitive_variables("files", "form")
def _imported(request: HttpRequest, form: KeyForm, take: Callable[[KeyFiles], ServerKey]) -> ServerKey | None:
    """The key that a valid form brought in; None to show the form, with what does not fit."""
    if request.method != "POST":
        return None
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_MULTIPART_BYTES:
        form.add_error(None, "That is more than 10 MB. Keys and certificates are small: send only these.")
        return None
    if not form.is_valid():
        return None
    try:
        return take(form.key_files())
    except DomainError as error:
        add_domain_error(form, error)
        return None


def delete_key(request: HttpRequest, uuid: str, alias: str) -> HttpResponse:
    """Delete a key entry that nothing needs."""
    actor = actor_of(request)
    store = access.get_keystore(actor, uuid, to="keystores:change")
    key, error = service.in_use(store, alias), ""
    if request.method == "POST":
        error = confirmation_error(request, alias)
        if not error:
            try:
                service.delete_key(actor=actor, store=store, alias=alias)
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(request, f"{alias} deleted\nIts private key is gone from the portal.")
                return redirect("certificates:keystore", store.uuid)
    context = {"keystore": store, "key": key, "error": error}
    return render(request, "certificates/key_delete.html", context)


def delete(request: HttpRequest, uuid: str) -> HttpResponse:
    """Delete a keystore that nothing needs."""
    actor = actor_of(request)
    store = access.get_keystore(actor, uuid, to="keystores:change")
    error = ""
    if request.method == "POST":
        error = confirmation_error(request, store.name)
        if not error:
            try:
                service.delete_keystore(actor=actor, store=store)
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(request, f"{store.name} deleted\nIts private keys are gone from the portal.")
                return redirect("certificates:keystores")
    return render(request, "certificates/keystore_delete.html", {"keystore": store, "error": error})
