"""People, their roles, and what a role may do."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from common.errors import Conflict, DomainError
from common.forms import add_domain_error

from .. import services
from ..access import actor_of, choose_account, get_member
from ..forms import ROLE_NOTES, MemberForm, ProfileForm, RoleForm
from ..invitations import invite
from ..models import Member
from ..permissions import PERMISSIONS, Role
from ..selectors import members_of


@require_POST
def switch(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Go on in another of the person's accounts."""
    choose_account(request, uuid)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def severity_profile(request: HttpRequest) -> HttpResponse:
    """Judge certificates more strictly or more leniently from now on."""
    actor = actor_of(request)
    actor.require("account:manage")
    form = ProfileForm(request.POST)
    if form.is_valid():
        services.set_severity_profile(actor=actor, profile=form.cleaned_data["severity_profile"])
        word = actor.account.get_severity_profile_display()
        messages.success(
            request, f"Certificates are judged by the profile “{word}”\nFrom the next upload on."
        )
    else:
        messages.error(request, "That is no severity profile. Choose one of the list.")
    return redirect("accounts:members")


def members(request: HttpRequest) -> HttpResponse:
    """The people of the account; with `account:manage` also the form that adds one."""
    actor = actor_of(request)
    actor.require("account:read")
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        actor.require("account:manage")
        if form.is_valid():
            try:
                member, is_new = services.add_member(actor=actor, **form.cleaned_data)
            except DomainError as error:
                add_domain_error(form, error)
            else:
                _tell(request, member, is_new)
                return redirect("accounts:members")
    q, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    found = members_of(actor.account)
    if q:
        found = found.filter(Q(user__email__icontains=q) | Q(user__full_name__icontains=q))
    if role in Role.values:
        found = found.filter(role=role)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    options = [{"value": "", "label": "Every role"}, *({"value": r.value, "label": r.label} for r in Role)]
    context = {
        "page": page,
        "profile_form": ProfileForm(initial={"severity_profile": actor.account.severity_profile}),
        "q": q,
        "filters": [{"name": "role", "label": "Role", "options": options, "value": role}],
        "notes": ROLE_NOTES,
        "form": form,
        "may_manage": actor.may("account:manage"),
        "me": request.user,
    }
    return render(request, "accounts/members.html", context)


def _tell(request: HttpRequest, member: Member, is_new: bool) -> None:
    if not is_new:
        text = f"{member.user} is in the account\nThey know the portal; they find it in the account switch."
        messages.success(request, text)
    elif _send(request, member):
        text = f"{member.user} is in the account\nAn e-mail to {member.user.email} lets them set a password."
        messages.success(request, text)


def _send(request: HttpRequest, member: Member) -> bool:
    try:
        invite(member, actor_of(request).label)
    except OSError:
        text = f"No e-mail left for {member.user.email}\nThe person is in the account. Send the link later."
        messages.error(request, text)
        return False
    return True


def member(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One person: give another role, send the password link again, remove."""
    actor = actor_of(request)
    found = get_member(actor, uuid, to="account:manage")
    form = RoleForm(request.POST or None, initial={"role": found.role}, back=reverse("accounts:members"))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(actor=actor, member=found, role=form.cleaned_data["role"])
        except DomainError as error:
            add_domain_error(form, error, {"": "role"})
            found.refresh_from_db(fields=["role"])
        else:
            text = f"{found.user} is {found.get_role_display()} now\nIt holds from their next click."
            messages.success(request, text)
            return redirect("accounts:members")
    return render(request, "accounts/member.html", {"member": found, "form": form})


@require_POST
def member_link(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send the password link again to a person who never had a password."""
    found = get_member(actor_of(request), uuid, to="account:manage")
    if found.user.has_usable_password():
        raise Conflict(
            "password_set", f"{found.user} has a password. “Forgot your password?” helps at sign-in."
        )
    if _send(request, found):
        messages.success(request, f"The link is on its way\nTo {found.user.email}. Earlier links work, too.")
    return redirect("accounts:member", uuid=uuid)


def member_remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a person out of the account, after a confirmation by name."""
    actor = actor_of(request)
    found = get_member(actor, uuid, to="account:manage")
    error = ""
    if request.method == "POST":
        if request.POST.get("confirmation", "").strip() != found.user.email:
            error = f"Type {found.user.email} to confirm."
        else:
            try:
                services.remove_member(actor=actor, member=found)
            except DomainError as refused:
                error = refused.message
            else:
                text = f"{found.user} is out of the account\nWhat they did stays in the audit trail."
                messages.success(request, text)
                return redirect("accounts:members")
    return render(request, "accounts/member_remove.html", {"member": found, "error": error})


def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what: the one table."""
    actor_of(request).require("account:read")
    rows = [
        {"code": code, "allows": allows, "granted": [(role, role in having) for role in Role]}
        for code, (allows, having) in PERMISSIONS.items()
    ]
    notes = [(role, ROLE_NOTES[role]) for role in Role]
    return render(request, "accounts/roles.html", {"rows": rows, "roles": list(Role), "notes": notes})
