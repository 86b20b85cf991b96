"""Every page that links lead to answers, keeps the policy, is accessible, and fits a small screen."""

import re
from urllib.parse import urldefrag, urlsplit

import pytest

from tests.journeys.conftest import Product

AT_MOST = 90  # pages; links that differ only in a number count as one
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LOOKS = [(1280, "light"), (360, "dark")]


@pytest.mark.journey
@pytest.mark.browser
@pytest.mark.parametrize("role", ["administrator", "consumer"])
def test_it_shows_every_page_cleanly(product: Product, page_of, role: str):
    from axe_playwright_python.sync_playwright import Axe

    page, troubles = page_of(role), []
    page.on(
        "console", lambda message: message.type == "error" and troubles.append(f"{page.url}: {message.text}")
    )
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    seen: dict[str, str] = {}
    waiting = [product.url + "/"]
    while waiting and len(seen) < AT_MOST:
        url = waiting.pop(0)
        kind = kind_of(url)
        if kind in seen:
            continue
        seen[kind] = url
        answer = page.goto(url)
        if answer is None or answer.status != 200:
            troubles.append(f"{url}: status {answer and answer.status}")
            continue
        waiting += links_of(page, product)
        for width, theme in LOOKS:
            look_at(page, width, theme)
            troubles += [f"{url} at {width} {theme}: {what}" for what in faults(page, Axe())]
    assert len(seen) > (3 if role == "consumer" else 20), seen
    assert not troubles, "\n".join(troubles)


def kind_of(url: str) -> str:
    """One page of each kind is enough: uuids and numbers are left out."""
    path = urlsplit(url).path
    return re.sub(r"[0-9a-f-]{36}|\d+", "*", path)


def links_of(page, product: Product) -> list[str]:
    """The page's links into the portal that show a page."""
    hrefs = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    pages = [urldefrag(href).url for href in hrefs if href.startswith(product.url)]
    return [url for url in pages if not re.search(r"\.(csv|pem)|/csv/|/ca/|logout|/static/", url)]


def look_at(page, width: int, theme: str) -> None:
    """At this width, in this theme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)


def faults(page, axe) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    found = [
        f"{violation['id']} {[node['target'] for node in violation['nodes']][:3]}"
        for violation in axe.run(page, options=AXE_RULES).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append("wider than the screen")
    return found
