"""The people of an account on the REST API."""

import pytest

from accounts.models import Member

pytestmark = pytest.mark.django_db
MEMBERS = "/api/v1/members/"
SAM = {"email": "sam@harbourline.test", "full_name": "Sam", "role": "processor"}


@pytest.fixture
def sam(owner_api):
    return owner_api.post(MEMBERS, SAM).json()


def test_it_lists_only_the_people_of_the_account(owner_api, reader_user, stranger_user):
    answer = owner_api.get(MEMBERS).json()
    assert [row["email"] for row in answer["results"]] == [
        "owner@harbourline.test",
        "reader@harbourline.test",
    ]


def test_it_adds_a_person(owner_api):
    answer = owner_api.post(MEMBERS, SAM)
    assert answer.status_code == 201
    assert (answer.json()["email"], answer.json()["role"]) == ("sam@harbourline.test", "processor")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (SAM | {"email": "nobody"}, "email"),
        (SAM | {"role": "king"}, "role"),
        (SAM | {"status": "active"}, "status"),
        ({"role": "auditor"}, "email"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, body, field):
    answer = owner_api.post(MEMBERS, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_it_refuses_a_person_twice(owner_api, sam):
    answer = owner_api.post(MEMBERS, SAM)
    assert (answer.status_code, answer.json()["code"]) == (409, "member_exists")


def test_it_gives_another_role(owner_api, sam):
    answer = owner_api.patch(f"{MEMBERS}{sam['uuid']}/", {"role": "auditor"})
    assert (answer.status_code, answer.json()["role"]) == (200, "auditor")


def test_it_takes_a_person_out(owner_api, sam):
    assert owner_api.delete(f"{MEMBERS}{sam['uuid']}/").status_code == 204
    assert not Member.objects.filter(uuid=sam["uuid"]).exists()


def test_it_keeps_the_last_administrator(owner_api, owner_user):
    me = owner_user.memberships.get().uuid
    assert owner_api.delete(f"{MEMBERS}{me}/").json()["code"] == "last_administrator"


def test_it_hides_people_from_strangers(stranger_api, sam):
    assert stranger_api.patch(f"{MEMBERS}{sam['uuid']}/", {"role": "auditor"}).status_code == 404
    assert stranger_api.delete(f"{MEMBERS}{sam['uuid']}/").status_code == 404


def test_it_lists_any_number_of_people_with_the_same_queries(owner_api, queries_of):
    before = queries_of(lambda: owner_api.get(MEMBERS))
    for number in range(4):
        owner_api.post(MEMBERS, SAM | {"email": f"p{number}@harbourline.test"})
    assert queries_of(lambda: owner_api.get(MEMBERS)) == before
