"""An upload is judged anew with the clock, the profile of the day."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.services import set_severity_profile
from certificates.models import Upload
from certificates.services import uploads
from certificates.testing.builder import make
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, NOW, SPAN, sent, stands
from common.errors import Conflict

pytestmark = pytest.mark.django_db


def again(owner, upload, at=NOW):
    uploads.judge_again(actor=owner, upload=upload)
    uploads.judge_upload(upload=upload, at=at)
    upload.refresh_from_db()


def test_it_uses_the_clock_of_today(owner):
    upload = sent(owner, make("short.partner.example", **SPAN))
    assert stands(upload).accepted
    again(owner, upload, SPAN["end"] + timedelta(days=1))
    assert not stands(upload, SPAN["end"] + timedelta(days=1)).accepted
    assert upload.certificates.get().gateway_accepts is False


def test_it_uses_the_profile_of_today(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    set_severity_profile(actor=owner, profile="level2")
    upload = Upload.objects.select_related("account").get(pk=upload.pk)
    again(owner, upload)
    assert stands(upload).accepted


def test_it_keeps_one_report(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    before = upload.findings.count()
    for _ in range(uploads.TRIES + 1):  # nor does it count as failed
        again(owner, upload)
        assert uploads.give_back_stale() == 0
    assert (upload.certificates.count(), upload.findings.count()) == (2, before)
    assert AuditEntry.objects.filter(action="upload:judged_again").count() == uploads.TRIES + 1


def test_it_waits_for_the_judgement_under_way(owner):
    upload = sent(owner, CLIENT)
    uploads.judge_again(actor=owner, upload=upload)
    with pytest.raises(Conflict, match="Wait a moment"):
        uploads.judge_again(actor=owner, upload=upload)


def test_it_is_a_button_of_the_page_and_an_act_of_the_api(owner, owner_client, owner_api, worker):
    upload = sent(owner, CLIENT)
    page = reverse("certificates:judge_again", args=[upload.uuid])
    assert page in owner_client.get(reverse("certificates:upload", args=[upload.uuid])).content.decode()
    with worker():
        assert owner_client.post(page).status_code == 302
    with worker():
        assert owner_api.post(f"/api/v1/uploads/{upload.uuid}/again/", {}).status_code == 202
    upload.refresh_from_db()
    assert upload.status == "judged"
    assert upload.certificates.get().certificate.fingerprint == CLIENT.fingerprint


def test_it_is_refused_to_readers_and_hidden_from_strangers(
    owner, reader_client, reader_api, stranger_client, stranger_api
):
    upload = sent(owner, CLIENT)
    page, rest = (
        reverse("certificates:judge_again", args=[upload.uuid]),
        f"/api/v1/uploads/{upload.uuid}/again/",
    )
    assert (reader_client.post(page).status_code, reader_api.post(rest, {}).status_code) == (403, 403)
    assert (stranger_client.post(page).status_code, stranger_api.post(rest, {}).status_code) == (404, 404)
