"""An upload of several files makes one report."""

from certificates.pki.judgement import judge
from certificates.pki.tests.stories import said
from certificates.testing.hierarchy import (
    EXPIRED,
    ISSUING,
    NOW,
    PARTNER,
    ROOT,
    rsa_1024,
)


def test_it_joins_the_files_of_one_upload() -> None:
    report = judge([("a.cer", PARTNER.der), ("b.cer", ISSUING.der), ("c.cer", ROOT.der)], NOW)
    assert report.accepted
    assert len(report.certificates) == 3


def test_it_shows_a_certificate_once_and_remarks_on_the_copies() -> None:
    data = PARTNER.chain_pem.encode()
    report = judge([("a.pem", data + PARTNER.pem.encode()), ("b.pem", PARTNER.der)], NOW)
    assert len(report.certificates) == 3
    assert said(report) == [("DUPLICATE", "remark")] * 2
    assert [finding.file for finding in report.findings] == ["a.pem", "b.pem"]
    assert report.accepted


def test_it_shows_all_findings_with_the_errors_first() -> None:
    report = judge([("a", EXPIRED.der), ("b", rsa_1024().der), ("c", ROOT.der + ROOT.der)], NOW)
    assert said(report) == [
        ("TIME", "error"),
        ("RSA_SHORT", "error"),
        ("CHAIN_INCOMPLETE", "warning"),
        ("CHAIN_INCOMPLETE", "warning"),
        ("DUPLICATE", "remark"),
    ]
    assert [finding.file for finding in report.findings] == ["a", "b", "a", "b", "c"]


def test_it_does_not_accept_an_upload_without_a_certificate() -> None:
    assert said(judge([], NOW)) == [("NO_CERTIFICATE", "error")]
    report = judge([("a.txt", b"Hello")], NOW)
    assert said(report) == [("DECODE", "error"), ("NO_CERTIFICATE", "error")]
    assert not report.accepted


def test_it_refuses_every_file_when_one_holds_a_private_key() -> None:
    report = judge([("a.pem", PARTNER.chain_pem.encode()), ("b.key", PARTNER.key_pem.encode())], NOW)
    assert report.certificates == ()
    assert said(report) == [("PRIVATE_KEY_SENT", "error")]
    assert report.findings[0].file == "b.key"
    assert not report.accepted
