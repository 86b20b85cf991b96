"""Tags and filters of every page. ``docs/components.md`` is the reference for page writers.

Each tag that draws something has its markup in ``templates/components/``, one file a component.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from . import badges, distances

register = template.Library()

RENEW_SOON = 30  # days before its end at which a certificate's life is drawn in amber

TURNS = {
    "us": ("", "flag-fill", "Our turn"),
    "them": ("them", "hourglass-split", "Partner’s turn"),
    "stop": ("stop", "exclamation-triangle-fill", "Stop and look"),
    "done": ("done", "patch-check-fill", "Done"),
}
BROKEN_LINKS = {  # why an issuer does not hold what stands below it
    "sound": "",
    "self_signed": "",
    "wrong_signature": "Signature does not fit: made by another key of the same name",
    "missing_issuer": "Its issuer was not sent",
}

MESSAGE_LOOKS = {
    "error": ("x-octagon-fill", "bad"),
    "warning": ("exclamation-triangle-fill", "warn"),
    "success": ("check-circle-fill", "ok"),
}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A Bootstrap icon from the sprite, hidden from screen readers: put a word beside it.

    ``name`` is a symbol of ``static/icons.svg`` without its ``i-``; ``classes`` are added (``icon-l``).
    """
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f"icon {classes}".strip(),
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("components/tally.html")
def tally(mode: str, classes: str = "") -> dict[str, Any]:
    """Our sign: the left half is the server's proof, the right half the client's.

    For client authentication only: ``mode`` is off, optional, trial or required.
    """
    return {"mode": badges.code_of(mode), "classes": classes}


@register.inclusion_tag("components/badge.html")
def badge(status: str, text: str = "", kind: str = "") -> dict[str, Any]:
    """A status as icon, word and colour.

    ``text`` replaces the word; ``kind``, a key of ``badges.LOOKS``, names the subject if words collide.
    """
    look = badges.look(status, kind)
    return {
        "word": text or look.word,
        "icon_name": look.icon,
        "tone": look.tone,
        "tally_mode": badges.code_of(status) if look.icon == badges.TALLY else "",
    }


@register.simple_tag
def mark(status: str, kind: str = "", icon_name: str = "") -> SafeString:
    """The coloured icon of a status without its word, for the start of a row whose sentence says it."""
    look = badges.look(status, kind)
    if look.icon == badges.TALLY:
        drawn = render_to_string("components/tally.html", tally(status, "icon-l"))
    else:
        drawn = icon(icon_name or look.icon)
    return format_html('<span class="lone s-{}">{}</span>', look.tone, drawn)


@register.filter
def tone(status: str, kind: str = "") -> str:
    """The colour class of a status: ``s-`` and its tone."""
    return f"s-{badges.look(status, kind).tone}"


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> str | SafeString:
    """The day and its distance, ``3 Mar 2027, in 14 weeks``, as a time element; nothing for no date."""
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}">{}, {}</time>',
        distances.as_day(value).isoformat(),
        distances.write_day(value),
        distances.distance(value),
    )


@register.filter
def only_day(value: datetime.date | datetime.datetime | None) -> str:
    """The day alone as text, ``3 Mar 2027``, where its distance stands beside it."""
    return "" if value is None else distances.write_day(value)


@register.filter
def distance(value: datetime.date | datetime.datetime | None) -> str:
    """The distance alone as text: ``in 14 weeks``, ``22 days ago``."""
    return "" if value is None else distances.distance(value)


@register.filter
def when(value: datetime.datetime | None) -> str | SafeString:
    """A moment in the current time zone, ``24 Nov, 07:22``; the time element's title adds year and zone."""
    if value is None:
        return ""
    return _moment(value, distances.write_moment(value))


@register.filter
def ago(value: datetime.datetime | None) -> str | SafeString:
    """How long ago a moment was, ``2 min ago``, as a time element whose title is the moment."""
    if value is None:
        return ""
    return _moment(value, distances.time_since(value))


def _moment(value: datetime.datetime, words: str) -> SafeString:
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        local.strftime("%-d %b %Y, %H:%M:%S %Z"),
        words,
    )


def bare_hex(value: str | bytes | None) -> str:
    """A fingerprint as lower case hexadecimal digits, from bytes or from text with colons or spaces."""
    if value is None:
        return ""
    text = value.hex() if isinstance(value, bytes) else str(value)
    return "".join(character for character in text.lower() if character in "0123456789abcdef")


@register.filter
def fingerprint(value: str | bytes | None) -> str | SafeString:
    """The short form for rows, ``5d 0e 91 c4 … 7a 12``; nothing for nothing."""
    digits = bare_hex(value)
    if not digits:
        return ""
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return format_html('<span class="mono">{} … {}</span>', " ".join(pairs[:4]), " ".join(pairs[-2:]))


@register.inclusion_tag("components/fingerprint.html")
def fingerprint_full(value: str | bytes | None, label: str = "SHA-256") -> dict[str, Any]:
    """The whole fingerprint in fours with a button that copies it without the spaces."""
    digits = bare_hex(value)
    fours = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return {"digits": digits, "fours": fours, "label": label}


@register.filter
def count(number: int | None, noun: str = "") -> str:
    """A number with its thousands apart, ``841,204``; with a noun, ``1 certificate``, ``3 certificates``.

    An irregular plural follows a comma: ``{{ n|count:"proxy,proxies" }}``.
    """
    number = number or 0
    if not noun:
        return f"{number:,}"
    one, _, many = noun.partition(",")
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@register.filter
def nested(nodes: Iterable[Any]) -> list[dict[str, Any]]:
    """Nodes in drawing order with a ``depth``, as trees of branches: ``node`` and its ``children``."""
    tops: list[dict[str, Any]] = []
    path: list[dict[str, Any]] = []  # the branches from a top down to the node before
    for node in nodes:
        branch: dict[str, Any] = {"node": node, "children": []}
        del path[node["depth"] if isinstance(node, dict) else node.depth :]
        (path[-1]["children"] if path else tops).append(branch)
        path.append(branch)
    return tops


@register.filter
def broken_link(link: str | None) -> str:
    """Why the link from an issuer does not hold, as a sentence; nothing if it holds."""
    return BROKEN_LINKS.get(str(link or ""), str(link or ""))


@register.inclusion_tag("components/life.html")
def life(
    not_before: datetime.datetime, not_after: datetime.datetime, renew_from: datetime.date | None = None
) -> dict[str, Any]:
    """The life of a certificate as a bar: when it began, how much is over, when it ends, when to renew."""
    whole = max((not_after - not_before).total_seconds(), 1)
    over = min(max((timezone.now() - not_before).total_seconds(), 0), whole)
    left = distances.days_away(not_after)
    ended = not_after <= timezone.now()
    return {
        "not_before": not_before,
        "not_after": not_after,
        "renew_from": renew_from,
        "percent": round(100 * over / whole),
        "ended": ended,
        "tone": "s-bad" if ended else "s-warn" if left <= RENEW_SOON else "s-ok",
    }


@register.inclusion_tag("components/paginator.html", takes_context=True)
def pages(context: template.Context, page: Page, noun: str = "") -> dict[str, Any]:
    """Where we are in a long list and the way through it; keeps the rest of the query string.

    Put it into the footer of the panel that holds the list. The page's number travels as ``?page=``.
    """
    numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {"request": context.get("request"), "page": page, "numbers": numbers, "noun": noun}


@register.inclusion_tag("components/message.html")
def message(message: Any) -> dict[str, Any]:
    """One message of ``django.contrib.messages``; its first line is the headline, the rest explains."""
    icon_name, tone = MESSAGE_LOOKS.get(message.level_tag, ("info-circle-fill", "info"))
    headline, _, rest = str(message).partition("\n")
    return {
        "icon_name": icon_name,
        "tone": tone,
        "headline": headline,
        "rest": rest,
        "urgent": message.level_tag == "error",
    }


@register.simple_block_tag
def panel(
    content: SafeString,
    title: str,
    *,
    aside: str = "",
    url: str = "",
    status: str = "",
    status_text: str = "",
    status_kind: str = "",
    flush: bool = False,
    edge: str = "",
    id: str = "",
    level: int = 2,
) -> str:
    """The only box: a titled section. Panels do not nest.

    ``aside`` is a short text at the right of the header, a link if ``url`` is given. ``status`` puts a badge
    beside the title (``status_text``, ``status_kind`` as in ``badge``). ``flush`` leaves out the padding, for
    tables, rows, findings and a ``<footer>``. ``edge="bad"`` draws a red edge. ``level`` is the heading's.
    """
    return render_to_string(
        "components/panel.html",
        {
            "content": content,
            "title": title,
            "aside": aside,
            "url": url,
            "status": status,
            "status_text": status_text,
            "status_kind": status_kind,
            "flush": flush,
            "edge": edge,
            "id": id,
            "level": level,
        },
    )


@register.simple_block_tag(takes_context=True)
def turn(
    context: template.Context,
    content: SafeString,
    whose: str,
    *,
    who: str = "",
    act: str = "",
    url: str = "",
    icon: str = "",
    post: bool = False,
) -> str:
    """Whose turn it is: one strip a page, directly under the title. The content is the sentence.

    ``whose`` is us, them, stop or done; ``who`` replaces its words. ``act`` is the one button, a link to
    ``url`` or, with ``post``, a form that posts there. ``icon`` is the button's.
    """
    classes, icon_name, words = TURNS[whose]
    return render_to_string(
        "components/turn.html",
        {
            "content": content,
            "classes": classes,
            "icon_name": icon_name,
            "who": who or words,
            "act": act,
            "url": url,
            "act_icon": icon,
            "post": post,
            "csrf_token": context.get("csrf_token"),
        },
    )


@register.simple_block_tag
def note(content: SafeString, tone: str, title: str, *, icon: str = "") -> str:
    """A remark inside a page: ``tone`` is info, warn, bad or ok; ``title`` says it, the content explains."""
    icons = {"bad": "x-octagon-fill", "warn": "exclamation-triangle-fill", "ok": "check-circle-fill"}
    return render_to_string(
        "components/note.html",
        {
            "content": content,
            "tone": tone,
            "title": title,
            "icon_name": icon or icons.get(tone, "info-circle-fill"),
        },
    )
