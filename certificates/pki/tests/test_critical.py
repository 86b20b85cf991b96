"""Critical extensions that a verifier has to understand or refuse."""

import pytest

from certificates.pki.roles import Role, check_entry
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.hierarchy import ISSUING, NOW, PARTNER, ROOT
from certificates.testing.raw import extended, extension, resigned, sequence

UNKNOWN = "1.3.6.1.4.1.99999.1"
POLICIES, INHIBIT = "2.5.29.32", "2.5.29.54"
AUTHORITY_KEY = "2.5.29.35"


def test_it_refuses_an_unknown_critical_extension_anywhere() -> None:
    unknown = extended(extension(UNKNOWN, True, b"\x05\0"))
    for chain in (
        (resigned(PARTNER, unknown), ISSUING, ROOT),
        (PARTNER, resigned(ISSUING, unknown), ROOT),
        (PARTNER, ISSUING, resigned(ROOT, unknown)),
    ):
        assert said(sent(*chain)) == [("CRITICAL_EXT", "error")]


def test_it_refuses_it_on_an_anchor_where_the_gateway_would_not() -> None:
    unknown = resigned(ROOT, extended(extension(UNKNOWN, True, b"\x05\0")))
    assert said(check_entry(decoded(unknown), Role.ANCHOR, NOW)) == [("CRITICAL_EXT", "error")]


def test_it_does_not_mind_unknown_extensions_that_are_not_critical() -> None:
    assert said(sent(resigned(PARTNER, extended(extension(UNKNOWN, False, b"\x05\0"))), ISSUING, ROOT)) == []


def test_it_refuses_a_critical_key_identifier_which_verifiers_do_not_process() -> None:
    aki = next(one for one in PARTNER.certificate.extensions if one.oid.dotted_string == AUTHORITY_KEY)
    critical = extension(AUTHORITY_KEY, True, aki.value.public_bytes())
    odd = resigned(PARTNER, extended(critical, drop=[AUTHORITY_KEY]))
    assert said(sent(odd, ISSUING, ROOT)) == [("CRITICAL_EXT", "error")]


@pytest.mark.parametrize(
    "known",
    [extension(INHIBIT, True, b"\x02\x01\0"), extension(POLICIES, True, sequence(sequence(b"\x06\x01\x2a")))],
)
def test_it_knows_the_critical_extensions_of_path_validation(known: bytes) -> None:
    assert said(sent(resigned(PARTNER, extended(known)), ISSUING, ROOT)) == []
