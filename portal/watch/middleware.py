"""What surrounds every request: its id, and its measure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common import logcontext

from . import requests

Answer = Callable[[HttpRequest], HttpResponse]
# What django-guid would take is more than that, and as long as the caller likes.
_WELL_FORMED = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class RequestId:
    """In front of django-guid: an `X-Request-ID` that is no UUID counts as none, and what an earlier request
    of this thread noted for the log is forgotten.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        logcontext.forget()
        if not _WELL_FORMED.fullmatch(request.META.get("HTTP_X_REQUEST_ID", "")):
            request.META.pop("HTTP_X_REQUEST_ID", None)
        return self.get_response(request)


class Measured:
    """Counts every request by view and status, with the time until its answer begins."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        with requests.UNDER_WAY.track_inprogress():
            response = self.get_response(request)
        requests.count(request, response.status_code, time.monotonic() - begun)
        return response
