"""Denials on the REST API."""

import pytest

from gateway.models import Denial
from gateway.tests.page_cast import node

pytestmark = pytest.mark.django_db
DENIALS = "/api/v1/denials/"


@pytest.fixture
def wish(partner):
    return {"fingerprint": partner.fingerprint, "reason": "stolen"}


@pytest.fixture
def made(owner_api, wish, truststore):
    node()
    answer = owner_api.post(DENIALS, wish)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_it_refuses_a_certificate(made, partner):
    assert (made["name"], made["fingerprint"], made["by"]) == (
        "partner.example",
        partner.fingerprint,
        "Owner",
    )
    assert (made["status"], made["nodes"][0]["node"], made["nodes"][0]["since"]) == (
        "spreading",
        "local",
        None,
    )


def test_it_lists_and_shows_them(reader_api, made):
    assert reader_api.get(DENIALS).json()["results"] == [made]
    assert reader_api.get(f"{DENIALS}{made['uuid']}/").json() == made


def test_it_takes_one_back(owner_api, made):
    lifted = owner_api.post(f"{DENIALS}{made['uuid']}/lift/").json()
    assert (lifted["status"], lifted["lifted_by"]) == ("lifted", "Owner")
    assert owner_api.post(f"{DENIALS}{made['uuid']}/lift/").status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fingerprint": "12"}, "fingerprint"),
        ({"hours": 721}, "hours"),
        ({"reason": ""}, "reason"),
        ({"until": "2099-01-01"}, "until"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, wish, change, field):
    answer = owner_api.post(DENIALS, wish | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Denial.objects.exists()


def test_it_refuses_twice_the_same(owner_api, made, wish):
    answer = owner_api.post(DENIALS, wish)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_denied")


def test_it_hides_them_from_strangers(stranger_api, made):
    assert stranger_api.get(f"{DENIALS}{made['uuid']}/").status_code == 404
    assert stranger_api.post(f"{DENIALS}{made['uuid']}/lift/").status_code == 404
    assert stranger_api.get(DENIALS).json()["count"] == 0
    assert Denial.objects.get().is_in_force


def test_it_needs_the_permission(reader_api, key_api, wish, made):
    assert reader_api.post(DENIALS, wish).status_code == 403
    assert reader_api.post(f"{DENIALS}{made['uuid']}/lift/").status_code == 403
    assert key_api("gateway:read").post(DENIALS, wish).status_code == 403
    assert key_api("gateway:deny").post(f"{DENIALS}{made['uuid']}/lift/").status_code == 200
