"""The named case classes, as stories: who trusts what, who sends what. A table holds their names."""

from collections.abc import Callable, Iterator

from ..cases import Case
from . import names, shape, strength, trust, ways

_CHAPTERS: tuple[Callable[[], Iterator[Case]], ...] = (
    strength.stories,
    shape.stories,
    names.stories,
    trust.stories,
    ways.stories,
)


def all_stories() -> list[Case]:
    """Every story, in the order of the table."""
    return [case for chapter in _CHAPTERS for case in chapter()]
