"""Every list says of an upload what its report says, whenever a waiver comes, goes or ends."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates.reports import report_of
from certificates.services import uploads, verdicts, waivers
from certificates.testing.builder import make
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, NOW, SPAN, sent, stands, waived

pytestmark = pytest.mark.django_db
LIST, API = reverse("certificates:uploads"), "/api/v1/uploads/"
EXPIRED = make("old.partner.example", start=NOW - timedelta(days=30), end=NOW - timedelta(days=1))


@pytest.fixture
def meanwhile(monkeypatch):
    """Something done while the worker judges: after it has looked, before it has written."""
    judged = verdicts.judged

    def while_judging(act):
        def slow(upload, at):
            report = judged(upload, at)
            act()
            return report

        monkeypatch.setattr(verdicts, "judged", slow)

    yield while_judging
    monkeypatch.setattr(verdicts, "judged", judged)


def judge(owner, upload):
    uploads.judge_again(actor=owner, upload=upload)
    uploads.judge_upload(upload=upload, at=NOW)
    upload.refresh_from_db()


def test_it_counts_a_waiver_that_was_granted_while_the_worker_judged(owner, meanwhile, monkeypatch):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    other = sent(owner, CLIENT, NEEDLESS_CA)
    meanwhile(lambda: monkeypatch.undo() or waived(owner))
    judge(owner, upload)
    assert (stands(upload).accepted, stands(other).accepted) == (True, True)
    assert report_of(upload).accepted


def test_it_counts_no_waiver_that_was_withdrawn_while_the_worker_judged(owner, meanwhile):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    waiver = waived(owner)
    meanwhile(lambda: waivers.withdraw(actor=owner, waiver=waiver, at=NOW))
    judge(owner, upload)
    assert stands(upload).accepted is False
    assert report_of(upload).accepted is False


def test_it_refuses_the_upload_again_once_the_last_day_is_over(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    waived(owner)
    assert stands(upload, NOW + timedelta(days=29)).accepted
    assert not stands(upload, NOW + timedelta(days=32)).accepted
    waived(owner, until=(NOW + timedelta(days=90)).date())
    assert stands(upload, NOW + timedelta(days=32)).accepted


def test_it_has_no_verdict_while_the_upload_is_checked_anew(owner, owner_api):
    upload = sent(owner, CLIENT)
    uploads.judge_again(actor=owner, upload=upload)
    (row,) = owner_api.get(API).json()["results"]
    assert (row["status"], row["accepted"]) == ("received", None)
    assert owner_api.get(f"{API}{upload.uuid}/").json()["accepted"] is None


@pytest.mark.parametrize(
    ("identities", "is_waived", "words"),
    [
        ((CLIENT, NEEDLESS_CA), False, "1 error"),
        ((CLIENT, NEEDLESS_CA), True, "accepted by waiver"),
        ((CLIENT, NEEDLESS_CA, EXPIRED), False, "2 errors"),
        ((CLIENT, NEEDLESS_CA, EXPIRED), True, "1 error"),
        ((CLIENT,), False, "1 warning"),
    ],
)
def test_it_wears_one_badge_in_the_list_and_on_its_page(owner, owner_client, identities, is_waived, words):
    upload = sent(owner, *identities)
    if is_waived:
        waived(owner)
    badge = f"</svg>{words}</span>"
    assert badge in owner_client.get(LIST).content.decode()
    assert badge in owner_client.get(reverse("certificates:upload", args=[upload.uuid])).content.decode()


def test_it_counts_the_same_in_both_answers_of_the_api(owner, owner_api):
    upload = sent(owner, CLIENT, NEEDLESS_CA, EXPIRED)
    waived(owner)
    (row,) = owner_api.get(API).json()["results"]
    detail = owner_api.get(f"{API}{upload.uuid}/").json()
    errors = [finding for finding in detail["findings"] if finding["severity"] == "error"]
    assert (row["error_count"], row["waived_count"]) == (1, 1)
    assert row["error_count"] == sum(finding["waiver"] is None for finding in errors)
    assert row["waived_count"] == sum(finding["waiver"] is not None for finding in errors)
    assert row["accepted"] is detail["accepted"] is False


def test_it_is_told_to_a_reader_and_to_no_stranger(owner, reader_api, stranger_api):
    sent(owner, CLIENT, NEEDLESS_CA)
    waived(owner)
    assert [row["accepted"] for row in reader_api.get(API).json()["results"]] == [True]
    assert stranger_api.get(API).json()["results"] == []


def test_it_takes_as_many_queries_for_many_as_for_few(owner, owner_client, owner_api, queries_of):
    sent(owner, CLIENT, NEEDLESS_CA)
    waived(owner)
    few = [queries_of(lambda: owner_client.get(LIST)), queries_of(lambda: owner_api.get(API))]
    for _ in range(3):
        sent(owner, CLIENT, NEEDLESS_CA, make("x.partner.example", **SPAN))
    assert [queries_of(lambda: owner_client.get(LIST)), queries_of(lambda: owner_api.get(API))] == few
