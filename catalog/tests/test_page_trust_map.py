"""The drawing of what trusts what."""

import pytest

from catalog.services import create_product, create_proxy
from catalog.templatetags.trust_map import MOST, WIDTH, draw
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit


@pytest.fixture
def locked(owner, host, truststore):
    wish = Wish(
        Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.REQUIRED, trust="partners"
    )
    return submit(actor=owner, wish=wish).host


def proxies(owner, host, count):
    return [
        create_proxy(
            actor=owner, name=f"P{number}", base_path=f"/p{number}", hosts=[host], target_url="http://a.test"
        )
        for number in range(count)
    ]


def titles(drawn):
    return [column.title for column in drawn.columns]


def test_it_leads_from_the_host_to_the_products(owner, locked):
    made = proxies(owner, locked, 1)
    create_product(actor=owner, name="freight", title="Freight", proxies=made)
    drawn = draw(locked, made, 1, 1)
    assert titles(drawn) == ["Host", "Truststore version", "Anchors and pins", "API proxies", "Products"]
    assert len(drawn.wires) == 4


def test_it_says_that_anyone_may_call_a_host_that_asks_nobody(owner, host):
    drawn = draw(host, [], 0, 0)
    assert titles(drawn) == ["Callers", "Host"]
    assert drawn.facts[0] == ("Callers", "anyone, no certificate is asked")


def test_it_counts_what_does_not_fit(owner, locked):
    drawn = draw(locked, proxies(owner, locked, MOST + 3), MOST + 3, 0)
    column = next(column for column in drawn.columns if column.title == "API proxies")
    assert [box.title for box in column.boxes][MOST:] == ["and 3 more"]
    assert dict(drawn.facts)["API proxies"].endswith("and 3 more")


def test_it_flags_what_needs_an_act_and_says_so_in_words(owner, locked):
    drawn = draw(locked, proxies(owner, locked, 1), 1, 0)
    assert drawn.flagged
    assert "not deployed" in dict(drawn.facts)["API proxies"]


def test_it_stays_inside_its_frame(owner, locked):
    drawn = draw(locked, proxies(owner, locked, 4), 4, 0)
    boxes = [box for column in drawn.columns for box in column.boxes]
    assert all(box.x >= 0 and box.x + box.width <= WIDTH for box in boxes)
    assert all(box.y >= 0 and box.y + 40 <= drawn.height for box in boxes)


def test_it_cuts_a_long_name_in_the_drawing_only(owner, host):
    long = create_proxy(actor=owner, name="n" * 90, base_path="/n", hosts=[host], target_url="http://a.test")
    drawn = draw(host, [long], 1, 0)
    assert drawn.columns[-1].boxes[0].short.endswith("…")
    assert "n" * 90 in dict(drawn.facts)["API proxies"]
