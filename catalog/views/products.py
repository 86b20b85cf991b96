"""Pages of products."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import actor_of
from common.errors import DomainError
from common.forms import add_domain_error

from .. import access, selectors, services
from ..forms import ProductForm

PAGE = 25


def products(request: HttpRequest) -> HttpResponse:
    """The products of the account, drafts included."""
    actor = actor_of(request)
    actor.require("products:read")
    q = request.GET.get("q", "").strip()
    found = selectors.products_of(actor.account, search=q)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "catalog/products.html", {"page": page, "q": q})


def product(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A product: its proxies, its releases, and why it needs another."""
    found = access.get_product(actor_of(request), uuid)
    proxies = found.proxies.prefetch_related("placements__host").order_by("name")
    return render(
        request,
        "catalog/product.html",
        {
            "product": found,
            "proxies": proxies,
            "waiting": [proxy for proxy in proxies if proxy.state != "deployed"],
            "releases": found.releases.all()[:10],
        },
    )


def new(request: HttpRequest) -> HttpResponse:
    """Create a product as a draft."""
    actor = actor_of(request)
    actor.require("products:change")
    back = reverse("catalog:products")
    form = ProductForm(
        request.POST or None, account=actor.account, act="Create the draft", back=back, new=True
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_product(actor=actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{made} is a draft\nConsumers see it after you publish it.")
            return redirect("catalog:product", made.uuid)
    return render(request, "catalog/product_form.html", {"form": form})


def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change a product; consumers see it after the next publishing."""
    actor = actor_of(request)
    found = access.get_product(actor, uuid, to="products:change")
    form = ProductForm(
        request.POST or None,
        account=actor.account,
        act="Save",
        back=reverse("catalog:product", args=[uuid]),
        new=False,
        initial=ProductForm.values_of(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_product(actor=actor, product=found, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{found} is saved\nConsumers see it after the next publishing.")
            return redirect("catalog:product", found.uuid)
    return render(request, "catalog/product_form.html", {"form": form, "product": found})


@require_POST
def publish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Publish a product as it is deployed now."""
    actor = actor_of(request)
    found = access.get_product(actor, uuid, to="products:change")
    try:
        release = services.publish_product(actor=actor, product=found)
    except DomainError as error:
        messages.error(request, f"{found} was not published\n{error.message}")
    else:
        messages.success(request, f"{found}: release {release.number} is published\nConsumers find it now.")
    return redirect("catalog:product", found.uuid)
