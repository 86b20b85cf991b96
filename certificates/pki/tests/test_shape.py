"""Versions, serial numbers and names that are out of the ordinary."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from certificates.pki.roles import Role, check_entry
from certificates.pki.tests.stories import decoded, said, sent
from certificates.testing.hierarchy import ISSUING, NOW, PARTNER, ROOT, make
from certificates.testing.raw import resigned, serial, version_1

WARNING = [("SERIAL", "warning")]


def test_it_warns_about_a_version_1_client() -> None:
    assert ("VERSION", "warning") in said(sent(resigned(PARTNER, version_1), ISSUING, ROOT))


def test_it_refuses_a_version_1_certificate_that_issued_another() -> None:
    old = resigned(make("Old CA", ca=True), version_1)
    report = sent(make("client", old), old)
    assert ("VERSION", "error") in said(report)
    assert ("ANCHOR_NOT_CA", "error") in said(report)


@pytest.mark.parametrize("role", [Role.ANCHOR, Role.INTERMEDIATE])
def test_it_refuses_a_version_1_certificate_as_a_ca(role: Role) -> None:
    old = resigned(make("Old CA", ca=True), version_1)
    assert ("VERSION", "error") in said(check_entry(decoded(old), role, NOW))


@pytest.mark.parametrize("number", [0, -5, 1, 2**54, 2**160, 2**310])
def test_it_warns_about_serial_numbers_that_are_not_random_or_too_long(number: int) -> None:
    assert said(sent(resigned(PARTNER, serial(number)), ISSUING, ROOT)) == WARNING


@pytest.mark.parametrize("number", [2**63, 2**159 - 1])
def test_it_has_nothing_against_64_to_159_bits(number: int) -> None:
    assert said(sent(resigned(PARTNER, serial(number)), ISSUING, ROOT)) == []


def test_it_does_not_mind_the_small_number_that_a_root_gave_itself() -> None:
    assert said(sent(make("Root", ca=True, serial=1))) == []
    assert said(sent(resigned(make("Root", ca=True), serial(-1)))) == WARNING


def test_it_does_not_read_a_name_of_more_than_two_hundred_parts() -> None:
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "u")
    wide = make("Wide", ca=True, subject=x509.Name([unit] * 201))
    assert "more than 200 parts" in sent(wide).findings[0].sentence
    assert said(sent(make("Wide", ca=True, subject=x509.Name([unit] * 200)))) == [("SIZE", "error")] * 2


@pytest.mark.parametrize(("units", "found"), [(14, []), (15, [("SIZE", "error")])])
def test_it_refuses_a_name_over_a_kilobyte(units: int, found: list[tuple[str, str]]) -> None:
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "u" * 60)
    wide = make("Wide", ca=True, subject=x509.Name([unit] * units))
    assert sorted(set(said(sent(wide)))) == found
