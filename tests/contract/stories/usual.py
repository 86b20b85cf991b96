"""The usual cast: a trusted root, an intermediate that is sent, and a leaf."""

from typing import Any

from ..cases import Case, anchors
from ..making import Made, client, make

Changes = dict[str, Any]


def hierarchy(
    name: str, root: Changes | None = None, middle: Changes | None = None, leaf: Changes | None = None
) -> tuple[Made, Made, Made]:
    """Root, intermediate and leaf of a story, changed as told."""
    top = make(f"{name} root", **(root or {}))
    between = make(f"{name} middle", top, **(middle or {}))
    return top, between, client(f"{name} leaf", between, **(leaf or {}))


def usual(
    name: str, root: Changes | None = None, middle: Changes | None = None, leaf: Changes | None = None
) -> Case:
    """The root is an anchor; leaf and intermediate are sent."""
    top, between, below = hierarchy(name, root, middle, leaf)
    return Case(name, anchors(top), (below, between))


def each(name: str, changes: Changes, *who: str) -> list[Case]:
    """The usual case once for each of `who` (root, middle, leaf), who is changed."""
    return [usual(f"{name}: {one}", **{one: dict(changes)}) for one in who or ("root", "middle", "leaf")]
