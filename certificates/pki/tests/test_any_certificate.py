"""Whatever a certificate says, the judge answers in time, in codes of the table, and profiles only lower."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.pki.certificate import Certificate, Undecodable
from certificates.pki.codes import RULES, Nature, Profile
from certificates.pki.findings import Severity
from certificates.pki.roles import Role, check_entry, check_store
from certificates.pki.tests.stories import sent
from certificates.testing.builder import PrivateKey
from certificates.testing.hierarchy import NOW, Identity, ec_key, make, rsa_key
from certificates.testing.raw import (
    SUBJECT,
    VALIDITY,
    Edit,
    Fields,
    extended,
    extension,
    resigned,
    rsa_public_key,
    serial,
    version_1,
)

# Those of RFC 5280 by number, then information access, precertificates, Netscape's and one of nobody's.
OIDS = [f"2.5.29.{number}" for number in range(9, 56)] + [
    "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11", "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.3",
    "2.16.840.1.113730.1.1", "1.3.6.1.4.1.99999.1",
]  # fmt: skip
RANK = list(Severity)


def _bytes_into(field: int) -> Callable[[tuple[int, bytes]], Edit]:
    def make_edit(place_and_bytes: tuple[int, bytes]) -> Edit:
        place, new = place_and_bytes

        def edit(fields: Fields) -> None:
            old = fields[field]
            place_in = 2 + place % max(1, len(old) - 2)
            fields[field] = old[:place_in] + new + old[place_in + len(new) :]

        return edit

    return make_edit


extensions = st.builds(extension, st.sampled_from(OIDS), st.booleans(), st.binary(max_size=40))
edits: st.SearchStrategy[Edit] = st.one_of(
    st.integers(-(2**200), 2**200).map(serial),
    st.just(version_1),
    st.lists(extensions, max_size=4).map(lambda some: extended(*some)),
    st.builds(
        lambda some, drop: extended(*some, drop=drop), st.lists(extensions, max_size=3), st.just(OIDS[:40])
    ),
    st.builds(rsa_public_key, st.integers(0, 2**3000), st.integers(0, 2**70)),
    st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)).map(_bytes_into(SUBJECT)),
    st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=4)).map(_bytes_into(VALIDITY)),
)


@st.composite
def chains(draw: st.DrawFn) -> list[Identity]:
    """One to five certificates, each with some oddities, each issued by one before it or by itself."""
    sound: list[Identity] = []
    odd: list[Identity] = []
    keys: list[PrivateKey] = [ec_key(77), rsa_key(2048), rsa_key(1024)]
    for number in range(draw(st.integers(1, 5))):
        start = NOW + timedelta(days=draw(st.integers(-4000, 10)))
        sound.append(
            make(
                draw(st.sampled_from(["Twin", "client.example", f"CA {number}"])),
                draw(st.sampled_from([None, *sound])) if sound else None,
                key=draw(st.sampled_from([ec_key(number + 1), *keys])),
                ca=draw(st.sampled_from([True, False, None])),
                start=start,
                end=start + timedelta(days=draw(st.integers(1, 9000))),
                key_ids=draw(st.booleans()),
            )
        )
        try:
            odd.append(resigned(sound[-1], *draw(st.lists(edits, max_size=2))))
        except ValueError:
            continue  # Not even the shell of a certificate is left.
    return odd


@given(chains())
@settings(max_examples=300, deadline=timedelta(seconds=2))
def test_it_answers_in_codes_of_the_table_and_profiles_only_lower(chain: list[Identity]) -> None:
    reports = {profile: sent(*chain, profile=profile) for profile in Profile}
    strict = reports[Profile.STRICT]
    assert strict.findings or strict.accepted
    assert all((finding.code, finding.severity) in RULES for finding in strict.findings)
    fixed = [
        finding
        for finding in strict.findings
        if RULES[finding.code, finding.severity].nature in (Nature.HOLE, Nature.OUTAGE)
    ]
    for report in reports.values():
        assert report.certificates == strict.certificates
        assert all(finding in report.findings for finding in fixed)
        assert sum(RANK.index(finding.severity) for finding in report.findings) >= sum(
            RANK.index(finding.severity) for finding in strict.findings
        )


@given(chains(), st.sampled_from(list(Role)), st.sampled_from(list(Profile)))
@settings(max_examples=200, deadline=timedelta(seconds=2))
def test_it_judges_any_certificate_in_any_role(chain: list[Identity], role: Role, profile: Profile) -> None:
    entries = []
    for identity in chain:
        try:
            entries.append((Certificate.from_der(identity.der), role))
        except Undecodable:
            continue
    for certificate, _ in entries:
        assert isinstance(check_entry(certificate, role, NOW, profile), list)
        if role is Role.ANCHOR and not certificate.is_ca:
            assert "ANCHOR_NOT_CA" in {
                finding.code for finding in check_entry(certificate, role, NOW, profile)
            }
    assert isinstance(check_store(entries, NOW, profile), list)
