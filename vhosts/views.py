"""Pages of virtual hosts and host requests."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import actor_of
from accounts.actors import Actor
from certificates.selectors import entries_of
from common.errors import DomainError
from common.forms import add_domain_error
from common.keepers import why_kept
from common.templatetags.countersign import day

from . import access, rest, selectors, services
from .answering import key_of
from .forms import CUSTOM, ChangeHostForm, HostForm
from .lifecycle import Operation
from .models import ClientAuth, Refusal, VirtualHost
from .naming import dns_target
from .services import Wish

PAGE = 25


def hosts(request: HttpRequest) -> HttpResponse:
    """The hosts of the account."""
    actor = actor_of(request)
    actor.require("hosts:read")
    q, asks = request.GET.get("q", "").strip(), request.GET.get("asks", "")
    found = selectors.hosts_of(actor.account, search=q)
    if asks in ClientAuth.values:
        found = found.filter(client_auth=asks)
    options = [
        ("", "Every client authentication"),
        *[(word, f"Client authentication {word}") for word in ClientAuth],
    ]
    return render(
        request,
        "vhosts/list.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "q": q,
            "narrowed": bool(q or asks),
            "quota": selectors.quota_of(actor.account),
            "leaving": selectors.leaving(actor.account),
            "filters": [_filter("asks", "Client authentication", options, asks)],
        },
    )


def host(request: HttpRequest, uuid: Any) -> HttpResponse:
    """A host: what trusts what, its proxies, who was refused, what proves it."""
    actor = actor_of(request)
    deleted = access.get_deleted_host(actor, uuid)
    if deleted:
        context = {"host": deleted, "requests": deleted.requests.order_by("-id")}
        return render(request, "vhosts/deleted.html", context)
    found = access.get_host(actor, uuid)
    return render(
        request,
        "vhosts/detail.html",
        {
            "host": found,
            "facts": _facts(found),
            "port": settings.GATEWAY_PORT,
            "dns_target": dns_target(found.account) if found.is_custom else "",
            "requests": found.requests.order_by("-id")[:5],
        },
    )


def request_host(request: HttpRequest) -> HttpResponse:
    """Ask for a new host. A script gets the REST request for what is typed so far."""
    actor = actor_of(request)
    actor.require("hosts:request")
    if request.headers.get("HX-Request"):
        return render(request, "vhosts/_rest.html", {"command": _command_so_far(actor, request.GET)})
    form = HostForm(request.POST or None, account=actor.account)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wish = Wish(
            Operation.CREATE,
            **form.place(),
            client_auth=ClientAuth(given["client_auth"]),
            trust=form.asked_trust,
            refusal=form.asked_refusal,
            description=given["description"],
        )
        try:
            made = services.submit(actor=actor, wish=wish)
        except DomainError as error:
            add_domain_error(form, error, form.names())
        else:
            messages.success(
                request,
                f"{made.host} is there\nGive it an API proxy, then plan a deployment to bring it live.",
            )
            return redirect("vhosts:detail", made.host.uuid)
    command = _command_so_far(actor, form.data if form.is_bound else form.initial)
    return render(request, "vhosts/request.html", {"form": form, "command": command})


def change_host(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Ask for a change. Switching client authentication off leads to a page that asks twice."""
    actor = actor_of(request)
    found = access.get_host(actor, uuid, to="hosts:request")
    form = ChangeHostForm(request.POST or None, host=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["client_auth"] == ClientAuth.OFF and found.client_auth != ClientAuth.OFF:
            return redirect("vhosts:switch_off", found.uuid)
        place = {"alias": found.alias} if found.is_default else form.place()
        wish = Wish(
            Operation.UPDATE,
            **place,
            host=str(found.uuid),
            client_auth=ClientAuth(given["client_auth"]),
            trust=form.asked_trust,
            refusal=form.asked_refusal,
            description=given["description"],
        )
        try:
            services.submit(actor=actor, wish=wish)
        except DomainError as error:
            add_domain_error(form, error, rest.FIELDS if found.is_default else form.names())
        else:
            return _changed(request, found)
    return render(request, "vhosts/change.html", {"form": form, "host": found})


def switch_off(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Stop asking for client certificates, after the alias was typed."""
    actor = actor_of(request)
    found = access.get_host(actor, uuid, to="hosts:request")
    if found.client_auth == ClientAuth.OFF:
        return redirect("vhosts:detail", found.uuid)
    error = ""
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == found.alias:
            wish = Wish(Operation.UPDATE, found.alias, host=str(found.uuid), client_auth=ClientAuth.OFF)
            services.submit(actor=actor, wish=wish)
            return _changed(request, found)
        error = f"Type {found.alias} exactly as it is written above. Nothing was changed."
    return render(request, "vhosts/switch_off.html", {"host": found, "error": error})


def delete_host(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Ask for the end of a host, after its name was typed."""
    actor = actor_of(request)
    found = access.get_host(actor, uuid, to="hosts:request")
    if found.is_default:
        messages.error(request, "The default host stays\nIt came with the account.")
        return redirect("vhosts:detail", found.uuid)
    name, error = found.name, ""
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() == name:
            try:
                services.submit(actor=actor, wish=Wish(Operation.DELETE, "", host=str(found.uuid)))
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(request, f"{name} deleted\nIt leaves the gateway with the next deployment.")
                return redirect("vhosts:list")
        else:
            error = f"Type {name} exactly as it is written above. Nothing was changed."
    context = {"host": found, "error": error, "kept": why_kept(found)}
    return render(request, "vhosts/delete.html", context)


def host_requests(request: HttpRequest) -> HttpResponse:
    """The host requests of the account, failed ones included; `?q=` looks for a host or a person."""
    actor = actor_of(request)
    actor.require("hosts:read")
    found = selectors.requests_of(actor.account, search=request.GET.get("q", "").strip())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "vhosts/requests.html", {"page": page, "search": request.GET.get("q", "")})


def host_request(request: HttpRequest, uuid: Any) -> HttpResponse:
    """A host request: the wish, what became of it, and the REST request that says the same."""
    actor = actor_of(request)
    found = access.get_request(actor, uuid)
    return render(
        request,
        "vhosts/host_request.html",
        {
            "host_request": found,
            "moves": found.moves.order_by("-id"),
            "command": rest.command(actor.account, found.wish),
        },
    )


def _changed(request: HttpRequest, found: VirtualHost) -> HttpResponse:
    messages.success(
        request, f"{found} is changed\nThe gateway follows with the next deployment; flagged proxies say why."
    )
    return redirect("vhosts:detail", found.uuid)


def _command_so_far(actor: Actor, given: Any) -> str:
    asks = given.get("client_auth") if given.get("client_auth") in ClientAuth.values else ClientAuth.OFF
    trust = given.get("trust") or "ref://NAME"
    handshake = given.get("refusal") == Refusal.HANDSHAKE
    custom = given.get("domain") == CUSTOM
    named = (given.get("name" if custom else "alias") or "").strip()
    key, _, key_alias = (given.get("key") or "KEYSTORE KEY-ALIAS").partition(" ")
    wish = Wish(
        Operation.CREATE,
        named or ("FULL.DNS.NAME" if custom else "ALIAS"),
        client_auth=ClientAuth(asks),
        trust=trust if asks != ClientAuth.OFF else None,
        refusal=Refusal.HANDSHAKE if handshake else None,
        is_custom=custom or None,
        key=key if custom else None,
        key_alias=key_alias if custom else None,
    )
    return rest.command(actor.account, asdict(wish))


def _filter(name: str, label: str, options: list[tuple[str, str]], value: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "value": value,
        "options": [{"value": key, "label": text} for key, text in options],
    }


def _facts(found: VirtualHost) -> list[dict[str, Any]]:
    """What a host is set to; what the gateway does with it is for the gateway to say."""
    key = key_of(found)
    return [
        _trust_fact(found),
        {
            "label": "Server certificate",
            "value": f"{found.key_name} · {found.key_alias}" if found.is_custom else found.key_name,
            "mono": found.is_custom,
            "url": reverse("certificates:keystore", args=[found.key_store.uuid]),
            "note": day(key.certificate.not_after) if key else "No key yet: the host cannot answer",
        },
    ]


def _trust_fact(found: VirtualHost) -> dict[str, Any]:
    store = found.trusted
    if store is None:
        return {"label": "Truststore", "value": "none", "note": "Needed once clients are asked"}
    if store.current is None:
        return {
            "label": "Truststore",
            "value": found.trust,
            "mono": True,
            "note": "Empty: everyone is refused",
        }
    roles = list(entries_of(store).values_list("role", flat=True))
    counts = [
        f"{roles.count(role)} {role}{'' if roles.count(role) == 1 else 's'}" for role in dict.fromkeys(roles)
    ]
    url = reverse("certificates:truststore", args=[store.uuid])
    said = ", ".join([f"{store.name}, version {store.current.number}", *counts])
    return {"label": "Truststore", "value": found.trust, "mono": True, "note": said, "url": url}
