"""A status is an icon, a word and a colour, in the glossary's words."""

import pytest
from django.template import Context, Template

from common.templatetags import badges, countersign


def render(source, **context):
    return Template("{% load countersign %}" + source).render(Context(context))


def test_it_shows_icon_word_and_colour():
    html = render('{% badge "needs_redeploy" %}')
    assert "s-warn" in html
    assert "#i-arrow-repeat" in html
    assert "needs redeploy</span>" in html


@pytest.mark.parametrize("status", ["Partner’s turn", "partners-turn", "partners_turn"])
def test_it_knows_a_status_however_it_is_spelled(status):
    assert badges.look(status).word == "partner’s turn"


def test_it_draws_client_authentication_as_the_tally():
    html = render('{% badge "optional" %}')
    assert "tally" in html
    assert "#i-" not in html


def test_it_tells_an_expired_certificate_from_an_expired_link():
    assert countersign.tone("expired", "certificate") == "s-bad"
    assert countersign.tone("expired", "link") == "s-idle"


def test_it_escapes_the_word_it_is_given():
    assert "&lt;b&gt;" in render("{% badge 'error' text %}", text="<b>")


def test_it_shows_an_unknown_status_as_it_is():
    assert badges.look("on_holiday") == badges.Look("on holiday", "question-circle", "idle")


def test_it_refuses_an_unknown_kind():
    with pytest.raises(KeyError):
        badges.look("expired", "certifcate")
