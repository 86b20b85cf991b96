"""Numbers and long lists."""

import pytest
from django.core.paginator import Paginator
from django.template import RequestContext, Template
from django.test import RequestFactory

from common.templatetags import countersign


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (841204, "", "841,204"),
        (None, "", "0"),
        (1, "certificate", "1 certificate"),
        (3, "certificate", "3 certificates"),
        (2, "proxy,proxies", "2 proxies"),
    ],
)
def test_it_counts(number, noun, words):
    assert countersign.count(number, noun) == words


def render_page(number, total):
    page = Paginator(range(total), 25).page(number)
    request = RequestFactory().get("/entries", {"role": "anchor", "page": number})
    template = Template('{% load countersign %}{% pages page "entry,entries" %}')
    return template.render(RequestContext(request, {"page": page}))


def test_it_says_where_we_are():
    assert "26 to 50 of 291 entries" in render_page(2, 291)


def test_it_keeps_the_rest_of_the_query_string():
    assert 'href="?role=anchor&amp;page=3"' in render_page(2, 291)


def test_it_shows_no_way_through_a_list_of_one_page():
    html = render_page(1, 7)
    assert "7 entries" in html
    assert "<nav" not in html
