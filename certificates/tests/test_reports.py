"""A report says each thing once, errors apart, and names files as the sender named them."""

from django.template.loader import render_to_string

from certificates.models import Finding, Upload
from certificates.reports import Report
from certificates.standing import Standing


def finding(subject, severity="warning", code="KEY", sentence="RSA with 2048 bits is short.", file=""):
    made = Finding(
        code=code, severity=severity, sentence=sentence, remedy="Renew it.", subject=subject, fingerprint="ab"
    )
    made.file = file
    return made


def report(*findings):
    return Report(Upload(number=1), ["keys.txt"], Standing("judged"), findings=list(findings))


def drawn(*findings):
    html = render_to_string("components/findings.html", {"findings": report(*findings).finding_rows})
    return " ".join(html.split())


def test_it_folds_the_same_warning_about_several_certificates():
    (row,) = report(finding("a"), finding("b"), finding("c")).finding_rows
    assert [one["subject"] for one in row["about"]] == ["a", "b", "c"]
    text = drawn(finding("a"), finding("b"), finding("c"))
    assert text.count("RSA with 2048 bits") == 1
    assert "3 certificates" in text


def test_it_keeps_each_error_and_each_other_sentence_apart():
    rows = report(
        finding("a", "error"), finding("b", "error"), finding("c"), finding("d", sentence="Another.")
    ).finding_rows
    assert [row["subject"] for row in rows] == ["a", "b", "c", "d"]


def test_it_folds_for_the_partner_too():
    assert len(report(finding("a"), finding("b")).findings_for_partner) == 1


def test_it_shows_the_file_where_no_certificate_is_named():
    assert "keys.txt" in drawn(finding("", "error", file="keys.txt"))


def test_it_asks_the_partner_about_the_file_by_its_name():
    asked = report(finding("", "error", sentence="It is empty.", file="keys.txt")).question
    assert asked.startswith("Your file keys.txt: It is empty.")
    asked = report(finding("Client", "error", sentence="It ended.", file="keys.txt")).question
    assert asked.startswith("Client in your file keys.txt: It ended.")


def test_it_speaks_of_the_files_where_no_file_is_known():
    assert report(finding("", "error", sentence="Nothing.")).question.startswith("Your files: Nothing.")
