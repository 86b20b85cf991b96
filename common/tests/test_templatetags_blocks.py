"""The panel, the turn strip and the note hold what is written between their tags."""

from django.template import Context, Template


def render(source, **context):
    return Template("{% load countersign %}" + source).render(Context(context))


def test_it_puts_the_content_of_a_panel_under_its_title():
    html = render('{% panel "Findings" aside="2 errors" %}<p>{{ word }}</p>{% endpanel %}', word="<i>")
    assert "<h2>Findings</h2>" in html
    assert '<span class="dim">2 errors</span>' in html
    assert '<div class="cs-body"><p>&lt;i&gt;</p></div>' in html


def test_it_leaves_the_padding_out_of_a_flush_panel():
    assert "cs-body" not in render('{% panel "Entries" flush=True %}<table></table>{% endpanel %}')


def test_it_escapes_the_title_of_a_panel():
    assert "<b>" not in render("{% panel title %}{% endpanel %}", title="<b>")


def test_it_says_whose_turn_it_is():
    html = render('{% turn "them" who="Harbourline’s turn" %}We look.{% endturn %}')
    assert "cs-turn them" in html
    assert "Harbourline’s turn" in html
    assert "<p>We look.</p>" in html


def test_it_posts_the_act_of_a_turn_with_its_token():
    html = render('{% turn "us" act="Take it" url="/take" post=True %}x{% endturn %}', csrf_token="t0k")
    assert '<form method="post" action="/take">' in html
    assert "t0k" in html


def test_it_explains_in_a_note():
    html = render('{% note "warn" "Ends in 5 days" %}<p>Not accepted yet.</p>{% endnote %}')
    assert "cs-note s-warn" in html
    assert "<b>Ends in 5 days</b>" in html
