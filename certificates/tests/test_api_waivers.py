"""Waivers on the REST API: for people only."""

from datetime import timedelta

import pytest

from certificates.models import Waiver
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, NOW, REASON, SHUT_OUT, UNUSABLE_CA, sent, waived

pytestmark = pytest.mark.django_db
WAIVERS = "/api/v1/waivers/"
BODY = {
    "fingerprint": NEEDLESS_CA.fingerprint,
    "code": "CA_KEY_TYPE",
    "reason": REASON,
    "until": (NOW + timedelta(days=30)).date().isoformat(),
}


@pytest.fixture
def upload(owner):
    return sent(owner, CLIENT, NEEDLESS_CA)


def test_it_waives_and_shows_it_in_the_upload(owner_api, upload):
    answer = owner_api.post(WAIVERS, BODY)
    assert (answer.status_code, answer.json()["state"]) == (201, "in force")
    shown = owner_api.get(f"/api/v1/uploads/{upload.uuid}/").json()
    assert shown["verdict"] == {"accepted": True, "policy": True, "gateway": True, "agree": True}
    finding = shown["findings"][0]
    assert (finding["code"], finding["waivable"]) == ("CA_KEY_TYPE", True)
    assert finding["waiver"]["reason"] == REASON
    assert finding["source"]


def test_it_shows_both_halves_of_the_verdict(owner_api, upload):
    shown = owner_api.get(f"/api/v1/uploads/{upload.uuid}/").json()
    assert shown["verdict"] == {"accepted": False, "policy": False, "gateway": True, "agree": False}
    predictions = {row["certificate"]["common_name"]: row["prediction"] for row in shown["certificates"]}
    assert predictions["Harbour Edwards CA"] is None
    assert predictions["edwards.partner.example"]["accepts"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fingerprint": "ab" * 32}, "fingerprint"),
        ({"fingerprint": "x"}, "fingerprint"),
        ({"code": "TIME"}, "code"),
        ({"reason": "because"}, "reason"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "soon"}, "until"),
        ({"by": "somebody else"}, "by"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, upload, changes, field):
    answer = owner_api.post(WAIVERS, BODY | changes)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Waiver.objects.exists()


def test_it_says_that_a_waiver_would_not_help(owner, owner_api):
    sent(owner, SHUT_OUT, UNUSABLE_CA)
    answer = owner_api.post(WAIVERS, BODY | {"fingerprint": UNUSABLE_CA.fingerprint})
    assert "A waiver would not help" in answer.json()["detail"]


def test_it_withdraws(owner, owner_api, upload):
    waiver = waived(owner)
    answer = owner_api.post(f"{WAIVERS}{waiver.uuid}/withdraw/", {})
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert owner_api.post(f"{WAIVERS}{waiver.uuid}/withdraw/", {}).status_code == 409


def test_it_lists_with_a_constant_number_of_queries(owner, owner_api, queries_of, upload):
    waived(owner)
    few = queries_of(lambda: owner_api.get(WAIVERS))
    for _ in range(4):
        waived(owner)
    assert queries_of(lambda: owner_api.get(WAIVERS)) == few
    assert owner_api.get(WAIVERS, {"search": "edwards"}).json()["count"] == 5
    assert owner_api.get(WAIVERS, {"search": "nobody"}).json()["count"] == 0


def test_it_refuses_a_service_key_in_plain_words(owner, key_api, upload):
    waiver = waived(owner)
    key = key_api("certificates:read", "certificates:change")
    assert key.get(WAIVERS).status_code == 200
    for answer in (key.post(WAIVERS, BODY), key.post(f"{WAIVERS}{waiver.uuid}/withdraw/", {})):
        assert answer.status_code == 403
        assert "Only a person can have it" in answer.json()["detail"]


def test_it_is_hidden_from_a_stranger(owner, stranger_api, upload):
    waiver = waived(owner)
    assert stranger_api.get(f"{WAIVERS}{waiver.uuid}/").status_code == 404
    assert stranger_api.post(f"{WAIVERS}{waiver.uuid}/withdraw/", {}).status_code == 404
    assert stranger_api.post(WAIVERS, BODY).status_code == 400  # its account knows no such certificate
    assert stranger_api.get(WAIVERS).json()["count"] == 0
