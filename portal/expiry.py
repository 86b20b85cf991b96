"""What ends soon: trusted certificates and server certificates, as rows and on a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Account
from certificates.models import Entry, ServerKey, Truststore
from common.templatetags.distances import distance, write_day

SOON, FAR = timedelta(days=30), timedelta(days=180)
READ, DRAWN = 50, 8
LEFT, SPAN, ROW, TOP = 10, 370, 18, 16  # pixels; the rest of the width is for the last label


@dataclass(frozen=True)
class Ending:
    """A certificate that ends. `role`: that of its entry, or server; `where`: the store that holds it."""

    name: str
    role: str
    where: str
    url: str
    at: datetime


@dataclass(frozen=True)
class Mark:
    """A certificate on the timeline: where it stands, its words, and the class of its colour."""

    x: float
    y: int
    name: str
    words: str
    tone: str


@dataclass(frozen=True)
class Timeline:
    """The drawing. `months`: x and name. `more`: how many did not fit."""

    marks: list[Mark]
    months: list[tuple[float, str]]
    more: int
    floor: int
    band: float
    words: str


def in_force(account: Account) -> QuerySet[Entry]:
    """The entries of the truststore versions in force, the first to end first."""
    current = Truststore.objects.filter(account=account).values("current")
    entries = Entry.objects.filter(version__in=current)
    return entries.select_related("certificate", "version__truststore").order_by("certificate__not_after")


def endings(account: Account, now: datetime) -> list[Ending]:
    """What has ended or ends within 180 days, the first first, as far as a page can show it. Two queries."""
    found = [
        Ending(
            entry.alias,
            entry.role,
            f"truststore {entry.version.truststore}",
            reverse("certificates:truststore", args=[entry.version.truststore.uuid]),
            entry.certificate.not_after,
        )
        for entry in in_force(account).filter(certificate__not_after__lt=now + FAR)[:READ]
    ]
    found += [
        Ending(
            key.alias,
            "server",
            f"keystore {key.keystore}",
            reverse("certificates:keystore", args=[key.keystore.uuid]),
            key.certificate.not_after,
        )
        for key in _keys_in_use(account)
        if key.certificate.not_after < now + FAR
    ]
    return sorted(found, key=lambda ending: ending.at)


def timeline(found: list[Ending], now: datetime) -> Timeline:
    """Draw what has ended, at the left edge, and what ends. Later ones stand lower, so no line crosses a
    name.
    """
    shown = found[:DRAWN]
    marks = [
        Mark(
            _x(max(ending.at, now), now),
            TOP + row * ROW,
            ending.name,
            f"{ending.role}, {_distance(ending, now)}",
            _tone(ending, now),
        )
        for row, ending in enumerate(shown)
    ]
    words = "; ".join(f"{e.name}, {e.role}, {_on(e, now)} {write_day(e.at)}" for e in shown)
    floor = TOP + max(len(marks), 1) * ROW
    return Timeline(marks, _months(now), len(found) - len(shown), floor, _x(now + SOON, now) - LEFT, words)


def _tone(ending: Ending, now: datetime) -> str:
    if ending.at <= now:
        return "over"
    return "soon" if ending.at < now + SOON else "far"


def _distance(ending: Ending, now: datetime) -> str:
    return f"expired {distance(ending.at)}" if ending.at <= now else distance(ending.at)


def _on(ending: Ending, now: datetime) -> str:
    return "expired on" if ending.at <= now else "on"


def _keys_in_use(account: Account) -> list[ServerKey]:
    """The newest key of each alias."""
    newest: dict[tuple[int, str], ServerKey] = {}
    keys = ServerKey.objects.filter(keystore__account=account).select_related("keystore", "certificate")
    for key in keys.defer("sealed_key", "chain_pem").order_by("pk"):
        newest[key.keystore_id, key.alias] = key
    return list(newest.values())


def _x(at: datetime, now: datetime) -> float:
    return round(LEFT + SPAN * ((at - now) / FAR), 1)


def _months(now: datetime) -> list[tuple[float, str]]:
    found, first = [], now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while (first := (first + timedelta(days=32)).replace(day=1)) < now + FAR:
        found.append((_x(first, now), f"{first:%b %Y}" if first.month == 1 else f"{first:%b}"))
    return found
