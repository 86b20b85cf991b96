"""What is known of the use of a partner's certificates today, for the report of an upload."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Max, Sum

from certificates import selectors
from certificates.reports import Report

from ..lifecycle import Outcome
from ..models import Sighting

register = template.Library()


@register.inclusion_tag("gateway/_used_now.html")
def used_now(report: Report) -> dict[str, Any]:
    """A panel with the certificates of the upload that a truststore in force holds or that the gateway has
    seen. Two queries.
    """
    account = report.upload.account
    names = [line.certificate.fingerprint for line in report.lines]
    rows: dict[str, dict[str, Any]] = {
        line.certificate.fingerprint: {"certificate": line.certificate, "entries": [], "calls": {}}
        for line in report.lines
    }
    for entry in selectors.trusted_now(account, names):
        rows[entry.certificate.fingerprint]["entries"].append(entry)
    seen = Sighting.objects.filter(host__account=account, fingerprint__in=names).order_by()
    for row in seen.values("fingerprint", "outcome").annotate(total=Sum("count"), last=Max("last_seen")):
        rows[row["fingerprint"]]["calls"][Outcome(row["outcome"]).value] = row
    return {"rows": [row for row in rows.values() if row["entries"] or row["calls"]]}
