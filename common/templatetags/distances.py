"""How far a day or a moment is from now, in words. Text only; the tags put it into HTML."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format

from ..words import span


def as_day(value: datetime.date | datetime.datetime) -> datetime.date:
    """The calendar day of ``value``; of a moment, the day it falls on in the current time zone."""
    return _local(value).date() if isinstance(value, datetime.datetime) else value


def write_day(value: datetime.date | datetime.datetime) -> str:
    """The day alone: ``3 Mar 2027``."""
    return date_format(as_day(value), "j M Y")


def write_moment(value: datetime.datetime) -> str:
    """Day, month and time: ``24 Nov, 07:22``; with the year if it is not this one: ``24 Nov 2025, 07:22``."""
    local = _local(value)
    return date_format(local, "j M, H:i" if local.year == timezone.localdate().year else "j M Y, H:i")


def days_away(value: datetime.date | datetime.datetime) -> int:
    """Whole calendar days from today to ``value``; negative in the past."""
    return (as_day(value) - timezone.localdate()).days


def distance(value: datetime.date | datetime.datetime) -> str:
    """How far the day is: ``today``, ``tomorrow``, ``in 14 weeks``, ``22 days ago``, ``in 6 years``."""
    days = days_away(value)
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    size = span(abs(days))
    return f"in {size}" if days > 0 else f"{size} ago"


def time_since(value: datetime.datetime) -> str:
    """How long ago a moment was: ``just now``, ``2 min ago``, ``3 h ago``; past a day, its distance."""
    seconds = (timezone.now() - value).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    return distance(value) if days_away(value) < -1 else "1 day ago"


def _local(value: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
