"""What no request may carry, refused at the door: before a view or a log sees it, and without an echo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from certificates.pki.private_keys import private_key_in

KEY_SENT = (
    "There is a private key in what was sent. Nothing of it was kept. Regard that key as disclosed: make a "
    "new one, have a certificate issued for it, and send only that certificate."
)
GO_BACK = (
    "Go back: your browser still has the form as you filled it in, but for passwords. Take the key out of "
    "it, and send the rest again."
)
NUL_SENT = (
    "The address of the page holds a character that no text may hold (%00). Take it out, and try again."
)


class InputGuard:
    """Refuses private keys in texts, and NUL characters in addresses of pages: no database text holds one.

    An upload, with what is written beside it, is searched by its service, which says more. Keystores alone
    take keys, as files; nothing here looks into files.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api")
        if not is_api and any("\0" in value for _, values in request.GET.lists() for value in values):
            return render(request, "400.html", {"sentence": NUL_SENT}, status=400)
        for field, text in _texts(request):
            if private_key_in(text.encode(errors="replace")):
                if is_api:
                    return _problem(field)
                said = {"title": "A private key was sent", "sentence": KEY_SENT, "remedy": GO_BACK}
                return render(request, "400.html", said, status=400)
        return self.get_response(request)


def _texts(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The texts of a request's body that are not files, each with the name of its field."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.method in ("GET", "HEAD", "OPTIONS") or length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return  # what is too large is refused unread
    is_form = request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")
    if is_form and not request.path.startswith("/api"):
        for name, values in request.POST.lists():
            if not (request.FILES and name == "message"):
                yield from ((name, value) for value in values)
    elif request.content_type == "application/json":
        try:
            sent = json.loads(request.body)
        except (ValueError, RecursionError):
            return  # the parser of the API (common.parsers) says what is wrong with it
        yield from _walk(sent, "")


def _walk(value: Any, field: str) -> Iterator[tuple[str, str]]:
    waiting = [(field, value)]  # no recursion: JSON may be nested deeper than Python calls may be
    while waiting:
        field, value = waiting.pop()
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, dict | list):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += ((f"{field}.{name}".lstrip("."), inner) for name, inner in items)


def _problem(field: str) -> JsonResponse:
    code = "private_key_sent"
    body = {"type": f"urn:countersign:problem:{code}", "status": 400, "code": code, "detail": KEY_SENT}
    body["errors"] = [{"field": field, "code": code, "detail": KEY_SENT}]
    return JsonResponse(body, status=400, content_type="application/problem+json")
