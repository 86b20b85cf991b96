"""The templates live under a policy that allows no inline style and no inline script."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted(Path(settings.BASE_DIR).glob("templates/**/*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle=", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+=", re.I),
    "an htmx handler": re.compile(r"<[^>]*\shx-on\b", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "an address outside": re.compile(r"""\b(?:src|href)=["']?(?:https?:)?//""", re.I),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_keeps_out(what):
    assert [path.name for path in TEMPLATES if FORBIDDEN[what].search(path.read_text())] == []
