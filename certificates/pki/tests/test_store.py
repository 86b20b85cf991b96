"""What would make a whole truststore fail in the gateway."""

from cryptography import x509

from certificates.pki.roles import Role, check_store
from certificates.pki.tests.stories import decoded, said
from certificates.testing.hierarchy import EXPIRED, ISSUING, NAMESAKE_ROOT, NOW, PARTNER, ROOT, make, name

ANCHOR, CLIENT, INTERMEDIATE = (Role.ANCHOR, Role.CLIENT, Role.INTERMEDIATE)


def test_it_has_nothing_against_a_sound_store() -> None:
    issuing = make("Issuing CA", ROOT, ca=True)
    entries = [(decoded(ROOT), ANCHOR), (decoded(issuing), INTERMEDIATE), (decoded(PARTNER), CLIENT)]
    assert check_store(entries, NOW) == []


def test_it_refuses_a_store_that_would_let_nobody_in() -> None:
    assert said(check_store([], NOW)) == [("STORE_EMPTY", "error")]
    findings = check_store([(decoded(ISSUING), INTERMEDIATE)], NOW)
    assert said(findings) == [("STORE_EMPTY", "error")]
    assert "refuse everybody" in findings[0].sentence


def test_it_refuses_two_anchors_of_one_name() -> None:
    findings = check_store([(decoded(ROOT), ANCHOR), (decoded(NAMESAKE_ROOT), ANCHOR)], NOW)
    assert said(findings) == [("DUPLICATE", "error")]
    assert findings[0].fingerprint == NAMESAKE_ROOT.fingerprint


def test_it_allows_two_pinned_clients_of_one_name_while_one_replaces_the_other() -> None:
    old, new = make("client", serial=1), make("client", serial=2)
    assert check_store([(decoded(old), CLIENT), (decoded(new), CLIENT)], NOW) == []


def test_it_refuses_an_expired_entry_of_any_role() -> None:
    findings = check_store([(decoded(ROOT), ANCHOR), (decoded(EXPIRED), CLIENT)], NOW)
    assert said(findings) == [("TIME", "error")]


def test_it_refuses_names_that_no_handshake_can_carry() -> None:
    long = [x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, f"{n:060}") for n in range(40)]
    fat = [decoded(make(f"client {n}", subject=x509.Name([*long, *name(f"client {n}")]))) for n in range(25)]
    assert said(check_store([(certificate, CLIENT) for certificate in fat], NOW)) == [("SIZE", "error")]
    assert check_store([(certificate, CLIENT) for certificate in fat[:15]], NOW) == []
