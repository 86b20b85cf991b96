"""The audit trail: who did what, and when."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from ..access import actor_of
from ..models import AuditEntry
from ..selectors import audit_trail

COLUMNS = ["at", "actor", "action", "subject", "subject_uuid", "details", "request_id"]


def audit(request: HttpRequest) -> HttpResponse:
    """The trail, newest first, narrowed by a search."""
    actor = actor_of(request)
    actor.require("audit:read")
    q = request.GET.get("q", "").strip()
    page = Paginator(audit_trail(actor.account, search=q), 25).get_page(request.GET.get("page"))
    for entry in page:
        entry.words = entry.action.replace(":", " ").replace("_", " ")
        entry.facts = [(name.replace("_", " "), _text(value)) for name, value in entry.details.items()]
        if entry.request_id:
            entry.facts.append(("request", entry.request_id))
    return render(request, "accounts/audit.html", {"page": page, "q": q})


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "none"
    return value if isinstance(value, str) else json.dumps(value)


def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The trail as CSV (RFC 4180), as the search narrows it; times are UTC, details are JSON."""
    actor = actor_of(request)
    actor.require("audit:read")
    trail = audit_trail(actor.account, search=request.GET.get("q", "").strip())
    name = f"audit-{actor.account.subdomain}-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        _rows(trail.iterator(chunk_size=1000)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Line:
    """What csv writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def _rows(trail: Iterator[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for entry in trail:
        details = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
        at = entry.at.isoformat(timespec="seconds")
        row = [at, entry.actor, entry.action, entry.subject, str(entry.subject_uuid or ""), details]
        row.append(entry.request_id)
        yield writer.writerow([safe_cell(cell) for cell in row])


def safe_cell(text: str) -> str:
    """The text with a quote before =, +, -, @, tab and CR, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
