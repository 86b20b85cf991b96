"""A chain is drawn as a tree with the failing link marked."""

from django.template.loader import render_to_string

from common.templatetags import countersign


def node(name, depth, **facts):
    return {"certificate": {"common_name": name}, "depth": depth, "status": "sound", "link": "sound"} | facts


def test_it_puts_each_certificate_under_the_one_before_it_that_is_less_deep():
    trees = countersign.nested(
        [node("root", 0), node("one", 1), node("leaf", 2), node("two", 1), node("x", 0)]
    )
    assert [tree["node"]["certificate"]["common_name"] for tree in trees] == ["root", "x"]
    root = trees[0]["children"]
    assert [branch["node"]["certificate"]["common_name"] for branch in root] == ["one", "two"]
    assert len(root[0]["children"]) == 1


def test_it_marks_a_link_that_does_not_hold():
    nodes = [node("root", 0, link="self_signed"), node("leaf", 1, link="wrong_signature", status="no_path")]
    html = render_to_string("components/chain.html", {"nodes": nodes})
    assert html.count('class="broken"') == 1
    assert "Signature does not fit" in html
    assert "bad-edge" in html


def test_it_says_a_reason_of_its_own():
    assert countersign.broken_link("Expired 3 days ago") == "Expired 3 days ago"
