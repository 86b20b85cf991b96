"""Which role to suggest for each certificate of an upload, given the truststore that it goes into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .models import Certificate, Entry, Truststore
from .pki.certificate import signed_by
from .pki.roles import Role, suggested_role
from .report_lines import Line
from .services.known import parsed


def anchors_of(store: Truststore | None) -> list[Certificate]:
    """The anchors of the version in force; none without a store. One query."""
    entries = Entry.objects.filter(version=store.current_id if store else None, role=Role.ANCHOR.value)
    return [entry.certificate for entry in entries.select_related("certificate")]


def suggestions(lines: Sequence[Line], anchors: Iterable[Certificate]) -> dict[str, str]:
    """The safest role of use for each certificate, by fingerprint; "" for one that is better left out.

    An intermediate is of use below one of `anchors`.
    """
    trusted = list(anchors)
    found = {}
    for line in lines:
        leads = not line.certificate.is_ca or _leads_to(line, lines, trusted)
        role = "" if line.blocked_by else suggested_role(line.judged, leads_to_anchor=leads)
        found[line.certificate.fingerprint] = role.value if role else ""
    return found


def above(line: Line, lines: Iterable[Line]) -> list[Line]:
    """The certificates of the same upload that stand above it, its issuer first."""
    by_fingerprint = {each.certificate.fingerprint: each for each in lines}
    found: list[Line] = []
    while (parent := by_fingerprint.get((found or [line])[-1].parent)) and parent not in found:
        found.append(parent)
    return found


def _leads_to(line: Line, lines: Iterable[Line], anchors: list[Certificate]) -> bool:
    path = [line, *above(line, lines)]
    names = {anchor.fingerprint for anchor in anchors}
    if any(each.certificate.fingerprint in names for each in path[1:]):
        return True
    top = path[-1]
    return any(
        anchor.subject == top.certificate.issuer
        and signed_by(top.parsed.decoded, parsed(anchor).decoded)
        and anchor.fingerprint != top.certificate.fingerprint
        for anchor in anchors
    )
