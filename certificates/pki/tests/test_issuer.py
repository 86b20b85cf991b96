"""What is said when an issuer is missing, is another, or is no CA."""

from cryptography import x509

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import (
    ISSUING,
    NAMESAKE_CLIENT,
    NAMESAKE_ROOT,
    PARTNER,
    ROOT,
    SELF_SIGNED,
    make,
)


def test_it_accepts_a_complete_chain_without_a_word() -> None:
    report = sent(PARTNER, ISSUING, ROOT)
    assert report.accepted
    assert report.findings == ()


def test_it_asks_for_an_issuer_that_was_not_sent() -> None:
    report = sent(PARTNER)
    assert report.accepted
    assert said(report) == [("CHAIN_INCOMPLETE", "warning")]
    assert "O=Harbour, CN=Harbour Issuing CA" in report.findings[0].sentence


def test_it_sees_that_an_issuer_has_the_right_name_but_another_key() -> None:
    report = sent(NAMESAKE_CLIENT, ROOT)
    assert said(report) == [("KEY_ID", "error")]
    assert report.certificates[1].link == "wrong_signature"
    assert report.certificates[1].parent is None
    assert not report.accepted


def test_it_finds_the_true_issuer_beside_its_namesake() -> None:
    for order in ((ROOT, NAMESAKE_ROOT), (NAMESAKE_ROOT, ROOT)):
        report = sent(NAMESAKE_CLIENT, *order)
        leaf = next(judged for judged in report.certificates if judged.kind == "leaf")
        assert (leaf.parent, leaf.link) == (NAMESAKE_ROOT.fingerprint, "sound")


def test_it_refuses_an_issuer_key_identifier_that_contradicts_the_issuer() -> None:
    other = x509.AuthorityKeyIdentifier(b"another key", None, None)
    leaf = make("a", ROOT, key_ids=False, extra=[(other, False)])
    assert said(sent(leaf, ROOT)) == [("KEY_ID", "error")]


def test_it_refuses_a_leaf_that_signed_another_certificate() -> None:
    report = sent(make("second", SELF_SIGNED), SELF_SIGNED)
    assert said(report) == [("ANCHOR_NOT_CA", "error")]
    assert report.findings[0].subject == "lonely.example"
    assert "second" in report.findings[0].sentence
