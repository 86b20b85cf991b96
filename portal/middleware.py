"""What a person sees when the domain refuses."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from common.errors import DomainError


class DomainErrorMiddleware:
    """Turns a DomainError that no view handled into a page with its status, its sentence and its remedy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for every exception a view lets through."""
        if not isinstance(error, DomainError):
            return None
        if error.status == 404:
            return render(request, "404.html", {"exception": error.message}, status=404)
        if error.status == 403:
            return render(request, "403.html", {"exception": error.message}, status=403)
        return render(request, "400.html", {"sentence": error.message}, status=error.status)


class TimezoneMiddleware:
    """Shows times in the reader's zone: static/countersign.js writes its name into the cookie `tz`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.COOKIES.get("tz", "")
        if name not in _zone_names():  # a cookie is what anybody says, and ZoneInfo reads files
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
