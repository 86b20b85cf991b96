"""The gateway model: lets in exactly those whom the product's rendering of a truststore lets in."""

from datetime import datetime

import pytest

from certificates.pki.gateway.model import predict
from certificates.pki.gateway.settings import Rendering, Settings
from certificates.pki.roles import Role
from certificates.pki.tests.stories import decoded
from certificates.testing.hierarchy import (
    DAY,
    ISSUING,
    NAMESAKE_CLIENT,
    NOW,
    PARTNER,
    ROOT,
    SELF_SIGNED,
    SHA1_SIGNED,
    ec_key,
    make,
)

from .asking import asked, with_roles

BARE = Settings(rendering=Rendering.TRUSTED_CA)


def test_it_shows_the_path_leaf_first() -> None:
    said = asked(PARTNER, ISSUING, anchors=(ROOT,))
    assert [one.common_name for one in said.path] == [
        "partner.example",
        "Harbour Issuing CA",
        "Harbour Root CA",
    ]
    assert said.accepted


def test_it_follows_an_intermediate_of_the_store() -> None:
    assert with_roles(PARTNER, store={ROOT: Role.ANCHOR, ISSUING: Role.INTERMEDIATE}).accepted


def test_it_trusts_no_intermediate_without_an_anchor() -> None:
    assert with_roles(PARTNER, store={ISSUING: Role.INTERMEDIATE}).code == "NO_PATH"


def test_it_lets_in_a_pinned_client_that_sends_nothing_else() -> None:
    assert with_roles(PARTNER, store={PARTNER: Role.CLIENT}).accepted


def test_it_keeps_out_whom_a_pinned_client_signed() -> None:
    pinned = make("pinned.example", ku=None)
    rogue = make("rogue.example", pinned)
    assert not with_roles(rogue, pinned, store={pinned: Role.CLIENT}).accepted
    assert with_roles(rogue, pinned, store={pinned: Role.CLIENT}, settings=BARE).accepted  # the hole, bare


def test_it_keeps_out_a_pin_outside_its_dates() -> None:
    late = make("late.example", start=NOW - 9 * DAY, end=NOW - DAY)
    assert with_roles(late, store={late: Role.CLIENT}).code == "PIN_DATES"


def test_it_ignores_an_anchor_that_is_no_ca() -> None:
    no_ca = make("no CA", ku=None, eku=None)
    leaf = make("a.example", no_ca)
    assert not asked(leaf, anchors=(no_ca,)).accepted
    assert asked(leaf, anchors=(no_ca,), settings=BARE).accepted  # the hole, bare


def test_it_ignores_what_an_anchor_says_about_itself() -> None:
    limited = make("Limited CA", ca=True, path_length=0)
    middle = make("Middle CA", limited, ca=True)
    assert asked(make("a.example", middle), middle, anchors=(limited,)).accepted


def test_it_lets_in_what_only_policy_minds() -> None:
    assert asked(SHA1_SIGNED, ISSUING, anchors=(ROOT,)).accepted


def test_it_keeps_out_a_forgery_and_a_self_signed_leaf() -> None:
    assert not asked(NAMESAKE_CLIENT, anchors=(ROOT,)).accepted
    assert not asked(SELF_SIGNED, anchors=(ROOT,)).accepted


def test_it_goes_round_a_circle_of_trusted_cas_once() -> None:
    left = make("Left CA", make("Right CA", ca=True), ca=True)
    right = make("Right CA", make("Left CA", ca=True), ca=True)
    assert asked(make("a.example", left), anchors=(left, right)).accepted


def test_it_gives_up_among_many_namesakes() -> None:
    twins = tuple(make("Twin CA", ca=True, key=ec_key(n), key_ids=False) for n in range(1, 40))
    assert asked(make("a.example", twins[0], key_ids=False), anchors=twins).code == "TWINS"


def test_it_asks_for_a_chain_and_a_time_zone() -> None:
    assert predict([], [], NOW).code == "NOTHING_SENT"
    with pytest.raises(ValueError, match="time zone"):
        predict([decoded(PARTNER)], [], datetime(2026, 11, 22))
