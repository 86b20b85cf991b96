"""The pages of waivers: from the finding to the waiver, and out of it again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates.models import Waiver
from certificates.services.truststores import add_version, create_truststore
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, NOW, REASON, anchored, sent, waived

pytestmark = pytest.mark.django_db
LIST = reverse("certificates:waivers")
WAIVE = reverse("certificates:waive", args=[NEEDLESS_CA.fingerprint, "CA_KEY_TYPE"])
DAY = (NOW + timedelta(days=30)).date().isoformat()


@pytest.fixture
def upload(owner):
    return sent(owner, CLIENT, NEEDLESS_CA)


def withdraw_page(waiver):
    return reverse("certificates:waiver_withdraw", args=[waiver.uuid])


def test_it_is_offered_on_the_finding(owner_client, reader_client, upload):
    page = reverse("certificates:upload", args=[upload.uuid])
    assert WAIVE in owner_client.get(page).content.decode()
    assert WAIVE not in reader_client.get(page).content.decode()


def test_it_says_what_the_gateway_will_do(owner_client, upload):
    text = owner_client.get(WAIVE).content.decode()
    assert "By Harbour Edwards CA as an anchor it would be let in." in text
    assert "A CA key of the kind Ed25519" in text


def test_it_goes_back_to_the_report(owner_client, upload):
    answer = owner_client.post(WAIVE, {"reason": REASON, "until": DAY})
    assert answer["Location"] == reverse("certificates:upload", args=[upload.uuid])
    text = owner_client.get(answer["Location"]).content.decode()
    assert "accepted by waiver" in text
    assert REASON in text


def test_it_names_the_field_and_keeps_the_answers(owner_client, upload):
    answer = owner_client.post(WAIVE, {"reason": "no", "until": DAY})
    assert list(answer.context["form"].errors) == ["reason"]
    assert DAY in answer.content.decode()
    answer = owner_client.post(WAIVE, {"reason": REASON, "until": "some day"})
    assert list(answer.context["form"].errors) == ["until"]
    assert not Waiver.objects.exists()


def test_it_lists_what_is_waived_and_finds_it(owner_client, owner, upload):
    assert "Nothing is waived" in owner_client.get(LIST).content.decode()
    waived(owner)
    for words in ("Edwards", NEEDLESS_CA.fingerprint[:12], "CA_KEY", "Owner", "spring"):
        assert REASON in owner_client.get(LIST, {"q": words}).content.decode()
    assert "Nothing found" in owner_client.get(LIST, {"q": "nobody"}).content.decode()


def test_it_takes_as_many_queries_for_many_as_for_few(owner_client, owner, queries_of, upload):
    waived(owner)
    few = queries_of(lambda: owner_client.get(LIST))
    for _ in range(5):
        waived(owner)
    assert queries_of(lambda: owner_client.get(LIST)) == few


def test_it_wants_the_name_typed_before_it_is_withdrawn(owner_client, owner, upload):
    waiver = waived(owner)
    owner_client.post(withdraw_page(waiver), {"confirmation": "something"})
    waiver.refresh_from_db()
    assert waiver.withdrawn_at is None
    owner_client.post(withdraw_page(waiver), {"confirmation": "Harbour Edwards CA"})
    waiver.refresh_from_db()
    assert waiver.withdrawn_by == owner.label


def test_it_names_the_truststores_that_rest_on_it(owner_client, owner, upload):
    waiver = waived(owner)
    store = create_truststore(actor=owner, name="resting")
    add_version(actor=owner, store=store, entries=[anchored(owner)], at=NOW)
    assert "resting" in owner_client.get(withdraw_page(waiver)).content.decode()


def test_it_stands_on_the_overview_when_it_is_over(owner_client, owner, upload):
    store = create_truststore(actor=owner, name="resting")
    waiver = waived(owner, until=(NOW + timedelta(days=14)).date())
    add_version(actor=owner, store=store, entries=[anchored(owner)], at=NOW)
    overview = reverse("portal:overview")
    answer = owner_client.get(overview)
    assert answer.context["waivers"] == [waiver]
    assert "Waiver of CA_KEY_TYPE of Harbour Edwards CA" in answer.content.decode()
    owner_client.post(withdraw_page(waiver), {"confirmation": "Harbour Edwards CA"})
    assert "was withdrawn" in owner_client.get(overview).content.decode()


def test_it_is_refused_to_a_reader(reader_client, owner, upload):
    assert reader_client.get(WAIVE).status_code == 403
    assert reader_client.post(withdraw_page(waived(owner)), {}).status_code == 403


def test_it_is_hidden_from_a_stranger(stranger_client, owner, upload):
    waiver = waived(owner)
    assert stranger_client.get(WAIVE).status_code == 404
    assert stranger_client.post(WAIVE, {"reason": REASON, "until": DAY}).status_code == 404
    assert stranger_client.post(withdraw_page(waiver), {}).status_code == 404
    assert REASON not in stranger_client.get(LIST).content.decode()
