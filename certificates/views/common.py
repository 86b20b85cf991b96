"""What the views of the app share."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from common.api import MAX_MULTIPART_BYTES
from common.errors import DomainError

from ..api.files import contents
from ..forms import UploadForm

PAGE_SIZE = 25


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """The page of a list that `?page=` asks for; the nearest one when there is no such page."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def upload_form(
    request: HttpRequest, kind: type[UploadForm] = UploadForm
) -> tuple[UploadForm, list[tuple[str, bytes]] | None]:
    """The bound form of an upload, and (name, content) of its files when they are fit to be looked at.

    Sizes are checked before anything is read.
    """
    form = kind(request.POST, request.FILES)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_MULTIPART_BYTES:
        form.add_error("files", "That is more than 10 MB. Send only certificates: they are small.")
        return form, None
    if not form.is_valid():
        return form, None
    try:
        return form, contents(form.cleaned_data["files"])
    except DomainError as error:
        form.add_error("files", error.message)
        return form, None


def confirmation_error(request: HttpRequest, name: str) -> str:
    """What is wrong with the name typed on a confirm page; "" when it is right."""
    typed = request.POST.get("confirmation", "").strip()
    return "" if typed == name else f"Type {name} exactly. Nothing was changed yet."
