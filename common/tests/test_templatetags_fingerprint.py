"""A fingerprint is short in rows, whole and copyable on the card."""

from django.template import Context, Template

from common.templatetags import countersign

DIGITS = "5d0e91c4" + "00" * 26 + "7a12"


def test_it_shortens_a_fingerprint_to_six_pairs():
    assert countersign.fingerprint(DIGITS) == '<span class="mono">5d 0e 91 c4 … 7a 12</span>'


def test_it_reads_bytes_and_colons_alike():
    colons = ":".join(DIGITS[at : at + 2] for at in range(0, 64, 2)).upper()
    assert countersign.fingerprint(bytes.fromhex(DIGITS)) == countersign.fingerprint(colons)


def test_it_writes_nothing_for_no_fingerprint():
    assert countersign.fingerprint(None) == ""


def test_it_copies_the_whole_fingerprint_without_spaces():
    template = Template("{% load countersign %}{% fingerprint_full digits %}")
    html = template.render(Context({"digits": DIGITS}))
    assert f'data-copy="{DIGITS}"' in html
    assert html.count("<span>0000</span>") == 13
