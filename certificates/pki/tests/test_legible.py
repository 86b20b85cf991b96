"""What only the gateway cannot read: is refused at the door, by name."""

import pytest
from cryptography import x509

from certificates.pki.gateway.model import predict
from certificates.pki.roles import Role, check_entry, check_store
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.builder import encoded
from certificates.testing.hierarchy import NOW, PARTNER, ROOT, Identity, make, name, rsa_key
from certificates.testing.raw import KEY, Fields, integer, oid, resigned, sequence

DECODE = ("DECODE", "error")
ODD = [make("fffe \ufffe", san=()), make("fdd0 \ufdd0", san=()), make("10ffff \U0010ffff", san=())]
BURIED = {
    "alternative name": make("a", san=[x509.DirectoryName(name("odd \ufffe"))]),
    "name constraint": make(
        "a", ca=True, extra=[(x509.NameConstraints(None, [x509.DirectoryName(name("odd \ufffe"))]), True)]
    ),
    "distribution point": make(
        "a",
        extra=[
            (
                x509.CRLDistributionPoints(
                    [x509.DistributionPoint([x509.DirectoryName(name("odd \ufffe"))], None, None, None)]
                ),
                False,
            )
        ],
    ),
}


@pytest.mark.parametrize("odd", ODD, ids=["U+FFFE", "U+FDD0", "U+10FFFF"])
def test_it_refuses_a_name_with_a_noncharacter_in_an_upload(odd: Identity) -> None:
    report = sent(odd)
    assert DECODE in said(report)
    assert "reject its whole configuration" in report.findings[0].sentence
    assert not report.accepted


@pytest.mark.parametrize("role", Role)
def test_it_refuses_such_an_entry_in_every_role(role: Role) -> None:
    assert DECODE in said(check_entry(decoded(ODD[0]), role, NOW))
    entries = [(decoded(ROOT), Role.ANCHOR), (decoded(ODD[0]), role)]
    assert said(check_store(entries, NOW)) == [DECODE]


def test_it_has_nothing_against_a_character_for_private_use() -> None:
    assert DECODE not in said(sent(make("private \ue000", san=())))


@pytest.mark.parametrize("buried", BURIED.values(), ids=BURIED.keys())
def test_it_refuses_one_that_an_extension_hides(buried: Identity) -> None:
    assert DECODE in said(sent(buried))


def test_it_predicts_that_such_a_ca_lets_nobody_in() -> None:
    ca = BURIED["name constraint"]
    assert not predict([decoded(make("below", ca))], [(decoded(ca), Role.ANCHOR)], NOW).accepted


def without_parameters(fields: Fields) -> None:
    """An RSA key whose algorithm lacks the NULL (RFC 3279 section 2.3.1)."""
    numbers = rsa_key(2048).public_key().public_numbers()
    body = sequence(integer(numbers.n), integer(numbers.e))
    fields[KEY] = sequence(sequence(oid("1.2.840.113549.1.1.1")), encoded(0x03, b"\0" + body))


def test_it_refuses_an_rsa_key_that_is_not_written_as_usual() -> None:
    assert DECODE in said(sent(resigned(PARTNER, without_parameters)))
