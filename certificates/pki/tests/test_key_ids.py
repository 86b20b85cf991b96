"""Key identifiers lead the gateway to the one issuer it tries; missing or wrong ones lead it astray."""

import pytest
from cryptography import x509

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import ISSUING, PARTNER, ROOT, Identity, ec_key, make

WARNING, ERROR = ("KEY_ID", "warning"), ("KEY_ID", "error")


def naming_by_serial(serial: int, *names: x509.Name) -> Identity:
    aki = x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(name) for name in names], serial)
    return make("a", ISSUING, key_ids=False, extra=[(aki, False)])


def test_it_warns_about_a_client_that_does_not_say_which_key_signed_it() -> None:
    assert said(sent(make("a", ISSUING, key_ids=False), ISSUING, ROOT)) == [WARNING]


def test_it_warns_about_a_ca_without_identifier() -> None:
    root = make("Root", ca=True, key_ids=False)
    assert said(sent(make("a", root), root)) == [WARNING]


def test_it_does_not_ask_a_self_signed_client_for_its_issuer() -> None:
    assert said(sent(make("a", key_ids=False))) == []


def test_it_accepts_the_issuer_by_serial_number() -> None:
    by_serial = naming_by_serial(ISSUING.certificate.serial_number, ROOT.certificate.subject)
    assert said(sent(by_serial, ISSUING, ROOT)) == []


@pytest.mark.parametrize(("serial", "issuer"), [(99, ROOT), (ISSUING.certificate.serial_number, PARTNER)])
def test_it_refuses_a_wrong_issuer_or_serial_number(serial: int, issuer: Identity) -> None:
    assert said(sent(naming_by_serial(serial, issuer.certificate.subject), ISSUING, ROOT)) == [ERROR]


def test_it_refuses_a_missing_identifier_where_two_issuers_share_a_name() -> None:
    one, other = make("Twin", ROOT, ca=True, key=ec_key(70)), make("Twin", ROOT, ca=True, key=ec_key(71))
    assert ERROR in said(sent(make("a", one, key_ids=False), one, other, ROOT))
    assert said(sent(make("a", one), one, other, ROOT)) == []


def test_it_does_not_mind_a_renewed_issuer_with_the_same_key() -> None:
    old, new = (make("Twin", ROOT, ca=True, key=ec_key(70), serial=2**100 + n) for n in (1, 2))
    assert said(sent(make("a", old, key_ids=False), old, new, ROOT)) == [WARNING]
