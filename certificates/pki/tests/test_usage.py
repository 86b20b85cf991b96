"""What a certificate says that it may be used for."""

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import CLIENT, ISSUING, ROOT, SERVER, SERVER_ONLY, key_usage, make

ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE


def test_it_refuses_a_server_certificate_as_client() -> None:
    assert said(sent(SERVER_ONLY, ISSUING, ROOT)) == [("EKU_LEAF", "error")]


def test_it_does_not_take_any_usage_for_client_usage() -> None:
    assert said(sent(make("a", eku=[ANY]))) == [("EKU_LEAF", "error")]


def test_it_warns_about_a_leaf_without_extended_key_usage() -> None:
    assert said(sent(make("a", eku=None))) == [("EKU_LEAF", "warning")]


def test_it_accepts_a_leaf_for_clients_and_servers() -> None:
    assert said(sent(make("a", eku=[SERVER, CLIENT]))) == []


def test_it_refuses_a_leaf_that_may_not_sign() -> None:
    assert said(sent(make("a", ku=key_usage()))) == [("KU_LEAF", "error")]


def test_it_refuses_an_intermediate_that_may_not_issue_for_clients() -> None:
    for purpose in (SERVER, ANY):
        assert said(sent(make("a", ROOT, ca=True, eku=[purpose]), ROOT)) == [("EKU_CA", "error")]


def test_it_refuses_a_ca_that_may_not_sign_certificates() -> None:
    assert said(sent(make("a", ca=True, ku=key_usage(digital_signature=True)))) == [("KU_CA", "error")]


def test_it_warns_about_a_ca_without_key_usage() -> None:
    assert said(sent(make("a", ca=True, ku=None))) == [("KU_CA", "warning")]


def test_it_warns_about_basic_constraints_that_are_not_critical() -> None:
    loose = make("a", ca=None, ku=key_usage(key_cert_sign=True), eku=None,
                 extra=[(x509.BasicConstraints(ca=True, path_length=None), False)])  # fmt: skip
    assert said(sent(loose)) == [("KU_CA", "warning")]


def test_it_leaves_the_usage_of_a_root_alone_because_the_gateway_does() -> None:
    assert said(sent(make("a", ca=True, eku=[SERVER]))) == []
