"""What a certificate may become, what is suggested, and what speaks against an entry."""

import pytest

from certificates.pki.roles import Role, check_entry, possible_roles, suggested_role
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.hierarchy import (
    DAY,
    EXPIRED,
    ISSUING,
    NOW,
    PARTNER,
    ROOT,
    SELF_SIGNED,
    SERVER_ONLY,
    Identity,
    key_usage,
    make,
    rsa_1024,
)


def test_it_offers_a_ca_to_be_anchor_or_intermediate_and_a_leaf_to_be_client() -> None:
    assert (
        possible_roles(decoded(ROOT)) == possible_roles(decoded(ISSUING)) == (Role.ANCHOR, Role.INTERMEDIATE)
    )
    assert possible_roles(decoded(PARTNER)) == possible_roles(decoded(SELF_SIGNED)) == (Role.CLIENT,)


def test_it_suggests_to_pin_the_leaf_and_to_import_nothing_else() -> None:
    root, issuing, leaf = sent(PARTNER, ISSUING, ROOT).certificates
    assert [suggested_role(judged) for judged in (root, issuing, leaf)] == [None, None, Role.CLIENT]


def test_it_suggests_an_intermediate_only_below_an_anchor_and_never_an_anchor() -> None:
    root, issuing, _ = sent(PARTNER, ISSUING, ROOT).certificates
    assert suggested_role(issuing, leads_to_anchor=True) is Role.INTERMEDIATE
    assert suggested_role(root, leads_to_anchor=True) is None


@pytest.mark.parametrize(
    ("identity", "role"),
    [
        (ROOT, Role.ANCHOR),
        (ISSUING, Role.INTERMEDIATE),
        (PARTNER, Role.CLIENT),
        (SELF_SIGNED, Role.CLIENT),
    ],
)
def test_it_has_nothing_against_a_sound_entry(identity: Identity, role: Role) -> None:
    assert check_entry(decoded(identity), role, NOW) == []


@pytest.mark.parametrize(
    ("identity", "role", "code"),
    [
        (PARTNER, Role.ANCHOR, "ANCHOR_NOT_CA"),
        (SELF_SIGNED, Role.ANCHOR, "ANCHOR_NOT_CA"),
        (PARTNER, Role.INTERMEDIATE, "ANCHOR_NOT_CA"),
        (ROOT, Role.CLIENT, "ANCHOR_NOT_CA"),
        (make("signer", ku=key_usage(digital_signature=True, key_cert_sign=True)), Role.CLIENT, "KU_LEAF"),
        (SERVER_ONLY, Role.CLIENT, "EKU_LEAF"),
        (EXPIRED, Role.CLIENT, "TIME"),
        (rsa_1024(), Role.CLIENT, "RSA_SHORT"),
        (make("old", ca=True, end=NOW - DAY), Role.ANCHOR, "TIME"),
        (make("mute", ca=True, ku=key_usage(digital_signature=True)), Role.ANCHOR, "KU_CA"),
    ],
)
def test_it_refuses_an_unfit_entry(identity: Identity, role: Role, code: str) -> None:
    assert said(check_entry(decoded(identity), role, NOW)) == [(code, "error")]


def test_it_warns_about_a_pinned_leaf_that_only_the_pin_keeps_from_signing() -> None:
    assert said(check_entry(decoded(make("a", ku=None)), Role.CLIENT, NOW)) == [("KU_LEAF", "warning")]


def test_it_knows_a_role_by_the_word_that_is_stored() -> None:
    stored = "client"
    assert said(check_entry(decoded(ROOT), stored, NOW)) == [("ANCHOR_NOT_CA", "error")]  # type: ignore[arg-type]
    assert check_entry(decoded(PARTNER), stored, NOW) == []  # type: ignore[arg-type]
