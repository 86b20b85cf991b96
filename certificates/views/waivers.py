"""Waivers: list, waive a finding, withdraw."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import actor_of
from common.errors import DomainError, NotFound
from common.forms import add_domain_error

from .. import access, selectors
from ..forms import WaiverForm
from ..models import Finding
from ..pki.codes import needless
from ..services import waivers as service
from ..services.waived import as_said
from .common import confirmation_error, page_of


def waivers(request: HttpRequest) -> HttpResponse:
    """The waivers of the account, newest first."""
    actor = actor_of(request)
    actor.require("certificates:read")
    search = request.GET.get("q", "").strip()
    context = {
        "page": page_of(request, selectors.waivers_of(actor.account, search=search)),
        "search": search,
        "may_waive": actor.may("certificates:waive"),
    }
    return render(request, "certificates/waivers.html", context)


def waive(request: HttpRequest, fingerprint: str, code: str) -> HttpResponse:
    """Waive one error of a certificate, after a look at what that means."""
    actor = actor_of(request)
    certificate = access.get_certificate(actor, fingerprint, to="certificates:waive")
    upload = service.newest_upload(certificate)
    said = Finding.objects.filter(upload=upload, fingerprint=fingerprint, code=code, severity="error").first()
    if said is None or not needless(as_said(said)):
        raise NotFound("finding that can be waived")  # no form that can only fail
    back = reverse("certificates:upload", args=[upload.uuid]) if upload else reverse("certificates:waivers")
    form = WaiverForm(
        request.POST or None,
        latest=service.longest_for(certificate, timezone.now()),
        act="Waive it",
        back=back,
    )
    if request.method == "POST" and form.is_valid():
        try:
            waiver = service.grant(
                actor=actor, certificate=certificate, code=code, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request,
                f"{waiver} is waived\nIt may get a role now. The waiver can be withdrawn at any time.",
            )
            return redirect(back)
    context = {
        "certificate": certificate,
        "code": code,
        "upload": upload,
        "finding": said,
        "clients": upload.certificates.exclude(gateway_says="").select_related("certificate")
        if upload
        else [],
        "form": form,
        "back": back,
    }
    return render(request, "certificates/waive.html", context)


def withdraw(request: HttpRequest, uuid: str) -> HttpResponse:
    """End a waiver, after a look at what rests on it."""
    actor = actor_of(request)
    waiver = access.get_waiver(actor, uuid, to="certificates:waive")
    name = waiver.certificate.common_name
    error = ""
    if request.method == "POST":
        error = confirmation_error(request, name)
        if not error:
            try:
                service.withdraw(actor=actor, waiver=waiver, at=timezone.now())
            except DomainError as refusal:
                error = refusal.message
            else:
                messages.success(
                    request,
                    f"The waiver of {waiver} is withdrawn\nWhat is deployed stays. "
                    "No new version may hold the certificate until it is waived anew or taken out.",
                )
                return redirect("certificates:waivers")
    context = {"waiver": waiver, "stores": selectors.stores_holding(waiver.certificate), "error": error}
    return render(request, "certificates/waiver_withdraw.html", context)
