"""Pages of deployments: planned, looked at, started, proven."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from accounts.actors import Actor
from accounts.models import Account
from catalog.models import Product, Proxy, RemovedProxy
from common.errors import DomainError
from vhosts.selectors import leaving

from .. import access, selectors, services
from ..forms import PlanForm
from ..lifecycle import DeploymentStatus as S
from ..models import Deployment
from .impact import impact_of

PAGE = 25
PATH = (S.PLANNED, S.CHECKING, S.READY, S.DELIVERING, S.LIVE)
ON_ITS_WAY = (S.PLANNED, S.CHECKING, S.DELIVERING)
SHOWN_CHAINS = 5
SEVERITY = {
    "left out": "error",
    "keeps what is live": "error",
    "unavailable": "error",
    "refuses everybody": "warning",
}


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
        "impact": impact_of(found) if found.status == S.READY else None,
        "changes": _changes(found),
        "problems": _problems(found),
        "q": q,
        "history": found.moves.order_by("-id"),
        **_chains(found, q),
    }
    return render(request, "gateway/deployment.html", context)


def start(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Deploy, after a look at who would feel it. Where somebody would be refused, its name is typed."""
    actor = actor_of(request)
    found = access.get_deployment(actor, uuid, to="gateway:deploy")
    if found.status != S.READY:
        if request.method == "POST":
            messages.error(request, f"{found} cannot be started\nIt is {found.status}. Nothing was changed.")
        return redirect("gateway:deployment", found.uuid)
    impact, name, error = impact_of(found), str(found), ""
    if request.method == "POST":
        if not impact.dangerous or _typed(request) == name.casefold():
            return _started(request, actor, found)
        error = f"Type {name} as it is written above. Nothing was changed."
    context = {
        "deployment": found,
        "impact": impact,
        "name": name,
        "error": error,
        "changes": _changes(found),
    }
    return render(request, "gateway/start.html", context)


def _typed(request: HttpRequest) -> str:
    """The name typed to confirm, in any case: pages write “Deployment 13” as well."""
    return request.POST.get("confirmation", "").strip().casefold()


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


def _started(request: HttpRequest, actor: Actor, found: Deployment) -> HttpResponse:
    try:
        services.start(actor=actor, deployment=found)
    except DomainError as error:
        messages.error(request, f"{found} was not started\n{error.message}")
    else:
        headline = f"Deployment {found.number} is on its way"
        messages.success(request, f"{headline}\nEach node takes it and proves it by real calls.")
    return redirect("gateway:deployment", found.uuid)


def _waiting(account: Account) -> dict[str, int]:
    proxies = Proxy.objects.filter(account=account)
    return {
        "to_redeploy": proxies.filter(needs_redeploy=True).count(),
        "to_deploy": proxies.filter(deployed_digest="").count(),
        "to_republish": Product.objects.filter(account=account, needs_republish=True).count(),
        "gone": RemovedProxy.objects.filter(account=account).count(),
        "hosts_gone": leaving(account).count(),
    }


def _progress(found: Deployment) -> dict[str, Any]:
    proofs = list(selectors.proofs_of(found))
    reached = PATH.index(found.status) if found.status in PATH else -1
    steps = [
        {"label": step.value, "state": "done" if at < reached or found.status == S.LIVE else "now"}
        if at <= reached
        else {"label": step.value, "state": "ahead"}
        for at, step in enumerate(PATH)
    ]
    return {
        "deployment": found,
        "proofs": proofs,
        "proven": sum(proof.status == "proven" for proof in proofs),
        "steps": steps if reached >= 0 else [],
        "on_its_way": found.status in ON_ITS_WAY,
    }


def _changes(found: Deployment) -> dict[str, list[dict[str, Any]]]:
    """Hosts first, each with a sign of the difference list."""
    signs = {"new": "add", "removed": "del", "changed": "same", "kept": "same"}
    rows = [row | {"sign": signs[row["kind"]]} for row in found.changes]
    return {
        "hosts": [row for row in rows if row["what"] == "host"],
        "proxies": [row for row in rows if row["what"] == "proxy"],
    }


def _problems(found: Deployment) -> list[dict[str, str]]:
    told = (found.compiled or {}).get("problems", [])
    order = ["error", "warning", "remark"]
    findings = [
        {
            "severity": SEVERITY.get(problem["effect"], "remark"),
            "sentence": problem["sentence"],
            "code": problem["code"],
            "subject": problem["host"] or problem["subject"],
            "remedy": problem["remedy"],
        }
        for problem in told
    ]
    return sorted(findings, key=lambda finding: order.index(finding["severity"]))


def _chains(found: Deployment, q: str) -> dict[str, Any]:
    """Compiled filter chains of a few hosts as text. They name files; they hold no key."""
    chains = (found.compiled or {}).get("chains", {})
    names = [name for name in sorted(chains) if q.lower() in name]
    shown = [(name, json.dumps(chains[name], indent=2)) for name in names[:SHOWN_CHAINS]]
    return {"chains": shown, "chain_count": len(chains), "chains_left": len(names) - len(shown)}
