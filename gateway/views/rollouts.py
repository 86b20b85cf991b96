"""Pages of rollouts: flagged proxies redeployed in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from catalog.models import Proxy
from common.errors import DomainError
from common.words import few

from .. import access, rollouts, selectors
from ..forms import RolloutForm
from ..lifecycle import BatchStatus, RolloutStatus
from ..models import Rollout
from .starting import typed

PAGE = 25
SHOWN = 200  # proxies to tick and number on the page


def list_(request: HttpRequest) -> HttpResponse:
    """The rollouts of the account."""
    actor = actor_of(request)
    actor.require("gateway:read")
    page = Paginator(selectors.rollouts_of(actor.account), PAGE).get_page(request.GET.get("page"))
    flagged = Proxy.objects.filter(account=actor.account, needs_redeploy=True).count()
    return render(request, "gateway/rollouts.html", {"page": page, "flagged": flagged})


def new(request: HttpRequest) -> HttpResponse:
    """Choose proxies, order and batches (GET), look at who would feel it, and start (POST)."""
    actor = actor_of(request)
    actor.require("gateway:deploy")
    everything = rollouts.flagged(actor.account, by="host")
    form = RolloutForm(request.GET if "size" in request.GET else None)
    context: dict[str, Any] = {
        "form": form,
        "proxies": _with_numbers(everything[:SHOWN], request),
        "proxy_count": len(everything),
        "ticked": request.GET.getlist("proxy"),
    }
    if form.is_bound and form.is_valid():
        try:
            draft = rollouts.Draft(actor.account, _chosen(request, form, everything))
            impact = draft.impact
            name = f"rollout of {len(draft.hosts)} hosts" if len(draft.hosts) != 1 else "rollout of 1 host"
            error = ""
            if request.method == "POST":
                if not impact.dangerous or typed(request) == name:
                    made = rollouts.begin(actor=actor, draft=draft, size=form.cleaned_data["size"])
                    messages.success(request, f"Rollout {made.number} is under way\nYou may leave this page.")
                    return redirect("gateway:rollout", made.uuid)
                error = f"Type {name} as it is written above. Nothing was changed."
            context |= {"draft": draft, "impact": impact, "name": name, "error": error}
            context["batches"] = _in_batches(draft.hosts, form.cleaned_data["size"])
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return render(request, "gateway/rollout_new.html", context)


def _with_numbers(proxies: list[Proxy], request: HttpRequest) -> list[tuple[Proxy, str]]:
    """Each with its number in the order, as it was typed; at first as they stand."""
    typed_in = (request.GET.get(f"order-{proxy.uuid}", str(at)) for at, proxy in enumerate(proxies, start=1))
    return list(zip(proxies, typed_in, strict=True))


def _chosen(request: HttpRequest, form: RolloutForm, everything: list[Proxy]) -> list[Proxy]:
    """The ticked proxies, or all, in the order asked for. Those without a number come last."""
    found = everything
    if form.cleaned_data["which"] == "chosen":
        ticked = {*request.GET.getlist("proxy")}
        found = [proxy for proxy in found if str(proxy.uuid) in ticked]
        if not found:
            raise DomainError("nothing_ticked", "Tick the API proxies to redeploy.", field="which")
    if form.cleaned_data["by"] == "name":
        return sorted(found, key=lambda proxy: proxy.name)
    if form.cleaned_data["by"] == "given":
        return sorted(found, key=lambda proxy: _number(request.GET.get(f"order-{proxy.uuid}", "")))
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 10**6


def _in_batches(hosts: list[dict[str, str]], size: int) -> list[str]:
    return [few([host["name"] for host in hosts[at : at + size]]) for at in range(0, len(hosts), size)]


def rollout(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A rollout: where each batch stands, what remains, what to republish."""
    found = access.get_rollout(actor_of(request), uuid)
    context = _progress(found) | {"history": found.moves.order_by("-id")}
    return render(request, "gateway/rollout.html", context)


def progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where it stands, for the page that shows it; when it moved on, the page loads itself anew."""
    found = access.get_rollout(actor_of(request), uuid)
    answer = render(request, "gateway/_rollout_progress.html", _progress(found))
    if request.GET.get("seen", found.status) != found.status:
        answer["HX-Refresh"] = "true"
    return answer


def _progress(found: Rollout) -> dict[str, Any]:
    batches = list(selectors.batches_of(found))
    done = sum(batch.status == BatchStatus.DONE for batch in batches)
    states = {RolloutStatus.RUNNING: "running", RolloutStatus.PAUSED: "running", RolloutStatus.DONE: "done"}
    return {
        "rollout": found,
        "rows": [
            {"batch": batch, "hosts": few([host["name"] for host in batch.hosts], 8)} for batch in batches
        ],
        "done": done,
        "label": f"{done} of {len(batches)} {'batch' if len(batches) == 1 else 'batches'} live",
        "state": states.get(found.status, "failed"),
        "on_its_way": found.status in (RolloutStatus.RUNNING, RolloutStatus.PAUSED),
        "remaining": rollouts.remaining(found),
        "to_republish": [] if found.status == RolloutStatus.RUNNING else rollouts.to_republish(found),
    }


def _acted(request: HttpRequest, uuid: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    actor = actor_of(request)
    found = access.get_rollout(actor, uuid, to="gateway:deploy")
    try:
        act(actor=actor, rollout=found)
    except DomainError as refusal:
        messages.error(request, f"Nothing was changed\n{refusal.message}")
    else:
        messages.success(request, f"Rollout {found.number} {done}")
    return redirect("gateway:rollout", found.uuid)


@require_POST
def pause(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Start no further batch until somebody resumes."""
    return _acted(request, uuid, rollouts.pause, "pauses\nThe batch that is on its way ends by its proof.")


@require_POST
def resume(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Go on with the next batch."""
    return _acted(request, uuid, rollouts.resume, "goes on\nThe next batch starts by itself.")


@require_POST
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """End it."""
    return _acted(request, uuid, rollouts.stop, "is stopped\nWhat is live stays; the rest stays flagged.")


@require_POST
def republish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Publish the products of its proxies that need another release."""
    actor = actor_of(request)
    found = access.get_rollout(actor, uuid, to="products:change")
    came = rollouts.republish(actor=actor, rollout=found)
    if came["published"]:
        messages.success(
            request, f"Published: {few(came['published'])}\nConsumers find the new releases now."
        )
    for title, why in came["refused"].items():
        messages.error(request, f"{title} was not published\n{why}")
    return redirect("gateway:rollout", found.uuid)
