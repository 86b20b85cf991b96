"""An intermediate that the store itself links to an anchor: becomes an anchor, and is judged as one."""

from certificates.pki.roles import Role, check_store
from certificates.pki.tests.stories import decoded, said
from certificates.testing.hierarchy import (
    ISSUING,
    NAMESAKE_ROOT,
    NOW,
    ROOT,
    STRANGER_ROOT,
    Identity,
    ec_key,
    make,
    name,
)

IGNORED, DUPLICATE = ("ANCHOR_IGNORED", "warning"), ("DUPLICATE", "error")


def store(anchor: Identity, *helpers: Identity) -> list[tuple[str, str]]:
    entries = [(decoded(anchor), Role.ANCHOR), *((decoded(one), Role.INTERMEDIATE) for one in helpers)]
    return said(check_store(entries, NOW))


def test_it_warns_that_its_path_length_would_be_ignored() -> None:
    assert store(ROOT, ISSUING) == [IGNORED]
    (finding,) = check_store([(decoded(ROOT), Role.ANCHOR), (decoded(ISSUING), Role.INTERMEDIATE)], NOW)
    assert finding.subject == "Harbour Issuing CA"
    assert "let the clients send it" in finding.remedy


def test_it_does_not_mind_the_limits_of_one_that_leads_nowhere() -> None:
    assert store(STRANGER_ROOT, ISSUING) == []


def test_it_refuses_a_namesake_of_the_anchor() -> None:
    below = make("Harbour Root CA", ROOT, organization="Harbour", ca=True, key=ec_key(44))
    assert store(ROOT, below) == [DUPLICATE]


def test_it_refuses_two_intermediates_of_one_name() -> None:
    first, second = (make("Issuing", ROOT, ca=True, serial=1 << 90 | n, key=ec_key(50 + n)) for n in (0, 1))
    assert store(ROOT, first, second) == [DUPLICATE]
    lower = make("", first, subject=name("Issuing"), ca=True, key=ec_key(52))
    assert store(ROOT, first, lower) == [DUPLICATE]  # linked through the other


def test_it_allows_a_namesake_that_leads_nowhere() -> None:
    assert store(ROOT, NAMESAKE_ROOT) == []


def test_it_refuses_one_too_many_below_a_path_length() -> None:
    lower = make("Lower CA", ISSUING, ca=True)
    lowest = make("Lowest CA", lower, ca=True)
    assert store(ROOT, ISSUING, lower) == [("PATH_LENGTH", "error"), IGNORED]
    assert store(ROOT, ISSUING, lowest, lower).count(("PATH_LENGTH", "error")) == 2
    short = make("Short Root", ca=True, path_length=0)
    assert ("PATH_LENGTH", "error") in store(short, make("Below", short, ca=True))
    assert ("PATH_LENGTH", "error") not in store(short, make("Short Root", short, ca=True, key=ec_key(60)))


def test_it_gives_up_on_hundreds_of_one_name() -> None:
    cas = [make("Twin", ROOT, ca=True, key=ec_key(n + 100), key_ids=False) for n in range(30)]
    below = [
        make("", ca, subject=name("Twin"), ca=True, key=ca.key, serial=7 + n) for n, ca in enumerate(cas)
    ]
    assert ("SIZE", "error") in store(ROOT, *cas, *below)
