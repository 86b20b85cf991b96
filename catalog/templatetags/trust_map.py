"""The drawing of what trusts what around one host: boxes in columns, and the wires between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from django.utils import timezone

from certificates.models import Entry
from certificates.selectors import entries_of
from common.templatetags.distances import distance
from vhosts.models import ClientAuth, VirtualHost

from ..models import Product, Proxy

WIDTH, TOP, PITCH, BOX = 1042, 24, 49, 40
WIDEST = 196
MOST = 7  # boxes in a column; what does not fit is counted in one more
SOON = timedelta(days=30)
LETTER = 6.2  # pixels, of the title


@dataclass
class Box:
    """A box: two lines of text. `flag`: needs an act of ours. `x` and `y`: its left upper corner."""

    title: str
    detail: str
    flag: bool = False
    here: bool = False
    x: float = 0
    y: float = 0
    width: float = 0

    @property
    def left(self) -> float:
        """Where its text begins."""
        return self.x + 10

    @property
    def short(self) -> str:
        """As much of the title as fits."""
        room = int((self.width - 20) / LETTER)
        return self.title if len(self.title) <= room else self.title[: room - 1].rstrip() + "…"

    @property
    def short_detail(self) -> str:
        """As much of the second line as fits."""
        room = int((self.width - 20) / (LETTER - 0.5))
        return self.detail if len(self.detail) <= room else self.detail[: room - 1].rstrip() + "…"


@dataclass
class Wire:
    """A curve from box to box."""

    path: str
    flag: bool


@dataclass
class Column:
    """A column of the drawing."""

    title: str
    boxes: list[Box]
    x: float = 0


@dataclass
class Map:
    """The drawing, and `facts`: the same in words (heading, sentence)."""

    columns: list[Column]
    wires: list[Wire] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    width: int = WIDTH
    height: float = 0
    flagged: bool = False


def draw(host: VirtualHost, proxies: Sequence[Proxy], proxy_count: int, product_count: int) -> Map:
    """Draw a host with its trust, `proxies` (the first of `proxy_count`) and their products (some of
    `product_count`)."""
    columns, facts = _trust(host)
    proxy_boxes = {proxy.pk: _proxy(proxy) for proxy in proxies[:MOST]}
    products = {product.pk: product for proxy in proxies[:MOST] for product in proxy.products.all()}
    product_boxes = {key: _product(product) for key, product in list(products.items())[:MOST]}
    columns.append(Column("API proxies", [*proxy_boxes.values(), *_more(proxy_count - len(proxy_boxes))]))
    columns.append(Column("Products", [*product_boxes.values(), *_more(product_count - len(product_boxes))]))
    columns = [column for column in columns if column.boxes]
    drawn = Map(columns, facts=facts)
    _place(drawn)
    drawn.wires = _wires(columns, proxies[:MOST], proxy_boxes, product_boxes)
    shown = [proxy for proxy in proxies if proxy.pk in proxy_boxes]
    states = [f"{proxy.name} {proxy.base_path}, {proxy.state}" for proxy in shown]
    drawn.facts += _listed("API proxies", states, proxy_count)
    drawn.facts += _listed(
        "Products", [f"{b.title}, {b.detail}" for b in product_boxes.values()], product_count
    )
    drawn.flagged = any(box.flag for column in columns for box in column.boxes)
    return drawn


def _trust(host: VirtualHost) -> tuple[list[Column], list[tuple[str, str]]]:
    here = Column("Host", [Box(host.alias, host.client_auth, here=True)])
    facts = [("Host", f"{host.alias}, client authentication {host.client_auth}")]
    store = host.trusted
    if host.client_auth == ClientAuth.OFF or store is None:
        callers = Column("Callers", [Box("Anyone", "no certificate asked")])
        return [callers, here], [("Callers", "anyone, no certificate is asked"), *facts]
    columns = [here]
    if host.reference:
        columns.append(Column("Reference", [Box(host.reference.name, "ref://")]))
        facts.append(("Reference", str(host.reference)))
    version = f"version {store.current.number}" if store.current else "no version yet"
    columns.append(Column("Truststore version", [Box(store.name, version, flag=store.current is None)]))
    facts.append(("Truststore", f"{store.name}, {version}"))
    entries = entries_of(store).order_by("certificate__not_after")
    count, shown = entries.count(), [_entry(entry) for entry in entries[:MOST]]
    nobody = [] if count else [Box("Nobody", "every caller is refused", flag=True)]
    columns.append(Column("Anchors and pins", [*nobody, *shown, *_more(count - len(shown))]))
    facts += _listed("Anchors and pins", [f"{box.title} ({box.detail})" for box in [*nobody, *shown]], count)
    if host.client_auth in (ClientAuth.OPTIONAL, ClientAuth.TRIAL):
        facts = [("Callers", "anyone may call without a certificate"), *facts]
    return columns, facts


def _entry(entry: Entry) -> Box:
    ends, now = entry.certificate.not_after, timezone.now()
    said = "expired" if ends <= now else f"ends {distance(ends)}" if ends <= now + SOON else ""
    return Box(entry.alias, ", ".join(filter(None, [entry.role, said])), flag=bool(said))


def _proxy(proxy: Proxy) -> Box:
    return Box(proxy.name, proxy.base_path, flag=proxy.state != "deployed")


def _product(product: Product) -> Box:
    return Box(product.title, product.state, flag=product.state == "needs republish")


def _more(count: int) -> list[Box]:
    return [Box(f"and {count:,} more", "see the list")] if count > 0 else []


def _listed(heading: str, said: list[str], count: int) -> list[tuple[str, str]]:
    if not said:
        return []
    more = f", and {count - len(said):,} more" if count > len(said) else ""
    return [(heading, "; ".join(said) + more)]


def _place(drawn: Map) -> None:
    columns = drawn.columns
    rows = max(len(column.boxes) for column in columns)
    drawn.height = TOP + rows * PITCH
    gap = 30.0
    width = min(WIDEST, (WIDTH - 2 - gap * (len(columns) - 1)) / len(columns))
    gap = (WIDTH - 2 - width * len(columns)) / max(len(columns) - 1, 1)
    for index, column in enumerate(columns):
        column.x = 1 + index * (width + gap)
        above = TOP + (rows - len(column.boxes)) * PITCH / 2
        for row, box in enumerate(column.boxes):
            box.x, box.y, box.width = round(column.x, 1), above + row * PITCH, round(width, 1)


def _wires(
    columns: list[Column],
    proxies: Sequence[Proxy],
    proxy_boxes: dict[int, Box],
    product_boxes: dict[int, Box],
) -> list[Wire]:
    wires = []
    for before, after in pairwise(columns):
        if after.title == "Products":
            continue
        if len(before.boxes) > 1 and len(after.boxes) > 1:
            wires += _through_a_knot(before.boxes, after.boxes)
        else:
            wires += [_wire(a, b) for a in before.boxes for b in after.boxes]
    for proxy in proxies:
        for product in proxy.products.all():
            if product.pk in product_boxes:
                wires.append(_wire(proxy_boxes[proxy.pk], product_boxes[product.pk]))
    return wires


def _through_a_knot(before: list[Box], after: list[Box]) -> list[Wire]:
    """Each of `before` leads to each of `after`: drawn through one point, else it would be a thicket."""
    x = (before[0].x + before[0].width + after[0].x) / 2
    y = (before[0].y + before[-1].y + BOX) / 2
    lines = [Wire(_curve(box.x + box.width, box.y + BOX / 2, x, y), False) for box in before]
    return lines + [Wire(_curve(x, y, box.x, box.y + BOX / 2), box.flag) for box in after]


def _wire(a: Box, b: Box) -> Wire:
    return Wire(_curve(a.x + a.width, a.y + BOX / 2, b.x, b.y + BOX / 2), b.flag)


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (x1 + x2) / 2
    return f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
