"""Pages of deployments: planned, looked at, started, proven."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from accounts.models import Account
from catalog.models import Product, Proxy, RemovedProxy
from vhosts.selectors import leaving

from .. import access, selectors, services
from ..forms import PlanForm
from ..impact import impact_of
from ..lifecycle import DeploymentStatus as S
from ..models import Deployment
from . import showing

PAGE = 25
PATH = (S.PLANNED, S.CHECKING, S.READY, S.DELIVERING, S.LIVE)
ON_ITS_WAY = (S.PLANNED, S.CHECKING, S.SCHEDULED, S.DELIVERING, S.CANARY)


def deployments(request: HttpRequest) -> HttpResponse:
    """The deployments of the account, and what waits for one."""
    actor = actor_of(request)
    actor.require("gateway:read")
    found = selectors.deployments_of(actor.account)
    return render(
        request,
        "gateway/deployments.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "live": selectors.live_of(actor.account),
            "form": PlanForm(),
            **_waiting(actor.account),
        },
    )


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a deployment and show it; the worker compiles it meanwhile."""
    actor = actor_of(request)
    actor.require("gateway:deploy")
    form = PlanForm(request.POST)
    if not form.is_valid():
        found = Paginator(selectors.deployments_of(actor.account), PAGE).get_page(1)
        context = {"page": found, "live": selectors.live_of(actor.account), "form": form}
        return render(request, "gateway/deployments.html", {**context, **_waiting(actor.account)})
    planned = services.plan(actor=actor, note=form.cleaned_data["note"])
    return redirect("gateway:deployment", planned.uuid)


def deployment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A deployment: what it changes, for whom, and what proves it."""
    actor = actor_of(request)
    found = access.get_deployment(actor, uuid)
    q = request.GET.get("chain", "").strip()
    context = _progress(found) | {
        "impact": impact_of(found) if found.status in (S.READY, S.SCHEDULED) else None,
        "changes": showing.changes_of(found),
        "problems": showing.problems_of(found),
        "may_go_back": showing.may_go_back_to(found),
        "q": q,
        "history": found.moves.order_by("-id"),
        **showing.chains_of(found, q),
        **showing.differences_of(found, q),
    }
    return render(request, "gateway/deployment.html", context)


def progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where a deployment stands, for the page that shows it; when it moved on, the page loads itself anew."""
    found = access.get_deployment(actor_of(request), uuid)
    answer = render(request, "gateway/_progress.html", _progress(found))
    if request.GET.get("seen", found.status) not in (found.status, _before(found)):
        answer["HX-Refresh"] = "true"
    return answer


def _before(found: Deployment) -> str:
    """*planned* and *checking* look alike to a person who waits, so the page stays."""
    return S.PLANNED if found.status == S.CHECKING else ""


def _waiting(account: Account) -> dict[str, int]:
    proxies = Proxy.objects.filter(account=account)
    return {
        "to_redeploy": proxies.filter(needs_redeploy=True).count(),
        "to_deploy": proxies.filter(deployed_digest="").count(),
        "to_republish": Product.objects.filter(account=account, needs_republish=True).count(),
        "gone": RemovedProxy.objects.filter(account=account).count(),
        "hosts_gone": leaving(account).count(),
    }


def _path(found: Deployment) -> list[S]:
    """The steps of this deployment: with the waiting for its time, or with the canary, where it has them."""
    path = [*PATH]
    if found.status == S.SCHEDULED:
        path.insert(path.index(S.DELIVERING), S.SCHEDULED)
    if found.status == S.SCHEDULED and found.schedule.canary:
        path.insert(path.index(S.LIVE), S.CANARY)
    elif hasattr(found, "canary"):
        before_the_rest = S.DELIVERING if found.canary.went_on_at else S.LIVE
        path.insert(path.index(before_the_rest), S.CANARY)
    return path


def _progress(found: Deployment) -> dict[str, Any]:
    proofs = list(selectors.proofs_of(found))
    path = _path(found)
    reached = path.index(found.status) if found.status in path else -1
    steps = [
        {"label": step.value, "state": "done" if at < reached or found.status == S.LIVE else "now"}
        if at <= reached
        else {"label": step.value, "state": "ahead"}
        for at, step in enumerate(path)
    ]
    return {
        "deployment": found,
        "proofs": proofs,
        "proven": sum(proof.status == "proven" for proof in proofs),
        "calls": sum(len(proof.probes) for proof in proofs),
        "steps": steps if reached >= 0 else [],
        "on_its_way": found.status in ON_ITS_WAY,
        **showing.canary_of(found),
    }
