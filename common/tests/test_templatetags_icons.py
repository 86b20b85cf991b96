"""Every icon that a page names is in the sprite: a missing one would be an empty spot that nobody reports."""

import re
from pathlib import Path

from django.conf import settings

from common.templatetags import badges, countersign

SPRITE = set(
    re.findall(r'<symbol id="i-([\w-]+)"', (Path(settings.BASE_DIR) / "static/icons.svg").read_text())
)
NAMED = re.compile(r"""\{% icon "([\w-]+)"|\bicon(?:_name)?="([\w-]+)"|{% mark "\w+" "[\w ]*" "([\w-]+)\"""")


def test_it_has_the_icon_of_every_status():
    wanted = {look.icon for looks in badges.LOOKS.values() for look in looks.values()} - {badges.TALLY}
    assert wanted <= SPRITE


def test_it_has_the_icon_of_every_turn_and_message():
    wanted = {icon for _, icon, _ in countersign.TURNS.values()}
    wanted |= {icon for icon, _ in countersign.MESSAGE_LOOKS.values()}
    assert wanted <= SPRITE


def test_it_has_every_icon_that_a_template_names():
    missing = {}
    for template in Path(settings.BASE_DIR).glob("templates/**/*.html"):
        named = {name for found in NAMED.findall(template.read_text()) for name in found if name}
        if named - SPRITE:
            missing[template.name] = named - SPRITE
    assert missing == {}
