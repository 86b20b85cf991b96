"""Why a row must stay: asked of the apps above, without naming them.

An app that uses rows of a lower app registers, in a module `keepers` that its AppConfig loads, a function
that says what of it would break. The service below asks before it deletes, and refuses with the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model

Keeper = Callable[[Any], Iterable[str]]
_keepers: dict[type[Model], list[Keeper]] = {}


def keeps(model: type[Model]) -> Callable[[Keeper], Keeper]:
    """Register a function that takes a row of `model` and returns a sentence for each thing that needs it,
    each with its remedy.
    """

    def register(keeper: Keeper) -> Keeper:
        _keepers.setdefault(model, []).append(keeper)
        return keeper

    return register


def why_kept(row: Model) -> list[str]:
    """What needs `row`, as sentences with remedies; empty when nothing does."""
    return [sentence for keeper in _keepers.get(type(row), ()) for sentence in keeper(row)]
