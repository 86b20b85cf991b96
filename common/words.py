"""Lists, spans of time and beginnings of sentences. Needs no framework."""

from __future__ import annotations

from collections.abc import Sequence


def few(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many more there are: "a, b and 3 more"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def span(days: int) -> str:
    """Days (1 or more) in the unit that people would use: "3 days", "14 weeks", "20 months", "6 years"."""
    if days < 28:
        return "1 day" if days == 1 else f"{days} days"
    if days < 365:
        return f"{round(days / 7)} weeks"
    if days < 730:
        return f"{round(days * 12 / 365)} months"
    return f"{round(days / 365.25)} years"


def sentence(text: str) -> str:
    """With a capital at its beginning, and otherwise as it is: names keep theirs."""
    return text[:1].upper() + text[1:]
