"""Several ways to go: namesakes, renewals, cross-signing, circles."""

from collections.abc import Iterator

from ..cases import Case, anchors
from ..making import DAY, client, make


def stories() -> Iterator[Case]:
    yield from _namesakes()
    yield from _renewals()
    yield from _crossed()


def _namesakes() -> Iterator[Case]:
    for label, identifier in (("with", True), ("without", False)):
        first, second = make("twin"), make("twin", slot="other")
        leaf = client("twin leaf", second, issuer_id=identifier)
        yield Case(f"twin roots, {label} key identifier", anchors(first, second), (leaf,), not identifier)
        yield Case(
            f"twin roots, {label} key identifier, swapped", anchors(second, first), (leaf,), not identifier
        )
        one, two = make("twin middle", first), make("twin middle", first, slot="else")
        leaf = client("twin leaf", two, issuer_id=identifier)
        yield Case(f"twin intermediates sent, {label} key identifier", anchors(first), (leaf, one, two))
        yield Case(f"twin intermediates swapped, {label} key identifier", anchors(first), (leaf, two, one))
        yield Case(f"wrong twin trusted, {label} key identifier", anchors(first, one), (leaf, two))
    same = make("triplet")
    others = [make("triplet", slot=n) for n in range(2)]
    leaf = client("triplet leaf", same, issuer_id=False)
    yield Case("three roots of one name", anchors(*others, same), (leaf,), by_chance=True)
    self_named = client("self")
    namesake = make("self", slot="namesake")
    yield Case("self-signed leaf, its namesake trusted", anchors(namesake), (self_named,))


def _renewals() -> Iterator[Case]:
    root = make("renewing root")
    old = make("renewing middle", root, start=-99 * DAY, end=-DAY)
    new = make("renewing middle", root)
    leaf = client("renewing leaf", new)
    yield Case("renewed intermediate, old one sent first", anchors(root), (leaf, old, new))
    yield Case("renewed intermediate, new one sent first", anchors(root), (leaf, new, old))
    yield Case("only the old intermediate is sent", anchors(root), (leaf, old))


def _crossed() -> Iterator[Case]:
    root = make("crossed root")
    middle = make("crossed middle", root)
    leaf = client("crossed leaf", middle)
    dead = make("dead root", start=-900 * DAY, end=-DAY)
    by_dead = make("crossed root", dead, own_key=root.key, start=-800 * DAY, end=-DAY)
    yield Case("cross-signed by a dead root", anchors(root), (leaf, middle, by_dead))
    yield Case("cross-signed by a dead root, both trusted", anchors(root, dead), (leaf, middle, by_dead))
    stranger = make("unknown root")
    by_stranger = make("crossed root", stranger, own_key=root.key)
    yield Case("cross-signed by an unknown root", anchors(root), (leaf, middle, by_stranger, stranger))
    yield Case("cross-signed, only the other root trusted", anchors(stranger), (leaf, middle, by_stranger))
    yield Case("cross-signed, the cross trusted as well", anchors(root, by_stranger), (leaf, middle))
    left, right = make("left"), make("right")
    to_left, to_right = make("left", right, own_key=left.key), make("right", left, own_key=right.key)
    leaf = client("circle leaf", left)
    yield Case("two CAs that signed each other, trusted", anchors(to_left, to_right), (leaf,))
    yield Case("two CAs that signed each other, sent", anchors(left), (leaf, to_left, to_right))
    yield Case("two CAs that signed each other, and nobody", anchors(root), (leaf, to_left, to_right))
