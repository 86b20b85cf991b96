"""What a change of a truststore adds, takes away and leaves, for the pages before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from .models import Entry, TruststoreVersion


@dataclass(frozen=True)
class Difference:
    """Entries on either side of a change. An entry whose role or name rules change counts as removed and
    added."""

    added: list[Entry]
    removed: list[Entry]
    unchanged: list[Entry]

    @property
    def summary(self) -> str:
        """`2 added, 1 removed, 4 unchanged`."""
        return f"{len(self.added)} added, {len(self.removed)} removed, {len(self.unchanged)} unchanged"

    @property
    def locks_out(self) -> str:
        """Who may no longer enter by this change, in words; "" when nobody is taken out.

        By an entry that has expired nobody enters today.
        """
        now = timezone.now()
        removed = [entry for entry in self.removed if entry.certificate.not_after > now]
        pins = [entry.alias for entry in removed if entry.role == "client"]
        anchors = [entry.alias for entry in removed if entry.role == "anchor"]
        words = []
        if pins:
            words.append(f"{_listed(pins)} will be refused unless another entry lets {_them(pins)} in")
        if anchors:
            words.append(
                f"every client issued by {_listed(anchors)} will be refused unless another entry covers it"
            )
        return "; ".join(words)


def difference(before: Iterable[Entry], after: Iterable[Entry]) -> Difference:
    """Compare two sets of entries by certificate, role and name rules."""
    old = {(entry.certificate_id, entry.role, entry.rules): entry for entry in before}
    new = {(entry.certificate_id, entry.role, entry.rules): entry for entry in after}
    return Difference(
        added=[entry for key, entry in new.items() if key not in old],
        removed=[entry for key, entry in old.items() if key not in new],
        unchanged=[entry for key, entry in new.items() if key in old],
    )


def entries_in(version: TruststoreVersion | None) -> list[Entry]:
    """The entries of a version with their certificates; none for no version."""
    return list(version.entries.select_related("certificate")) if version else []


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
