"""References on the REST API."""

import pytest

from certificates.services.truststores import create_truststore

pytestmark = pytest.mark.django_db
REFERENCES = "/api/v1/references/"


@pytest.fixture
def reference(owner_api, truststore):
    return owner_api.post(REFERENCES, {"name": "in-force", "truststore": "partners"}).json()


def test_it_creates_a_reference(owner_api, truststore):
    answer = owner_api.post(REFERENCES, {"name": "in-force", "truststore": "partners"})
    assert answer.status_code == 201
    assert (answer.json()["ref"], answer.json()["truststore"]["name"]) == ("ref://in-force", "partners")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_it_points_elsewhere(owner, owner_api, reference, method):
    create_truststore(actor=owner, name="next")
    url = f"{REFERENCES}{reference['uuid']}/"
    answer = getattr(owner_api, method)(url, {"truststore": "next"})
    assert (answer.status_code, answer.json()["truststore"]["name"]) == (200, "next")
    assert owner_api.get(url).json()["truststore"]["name"] == "next"


def test_it_says_so_when_nothing_would_change(owner_api, reference):
    answer = owner_api.put(f"{REFERENCES}{reference['uuid']}/", {"truststore": "partners"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_change")


def test_it_deletes_a_reference(owner_api, reference):
    url = f"{REFERENCES}{reference['uuid']}/"
    assert owner_api.delete(url).status_code == 204
    assert owner_api.get(url).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "truststore": "nothing"}, "truststore"),
        ({"name": "x", "truststore": "ref://in-force"}, "truststore"),
        ({"name": "x y", "truststore": "partners"}, "name"),
        ({"name": "x"}, "truststore"),
        ({"name": "x", "truststore": "partners", "keystore": "y"}, "truststore"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, reference, body, field):
    answer = owner_api.post(REFERENCES, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_it_refuses_a_name_twice(owner_api, reference):
    answer = owner_api.post(REFERENCES, {"name": "in-force", "truststore": "partners"})
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_exists")


def test_it_hides_references_from_strangers(stranger_api, reference):
    url = f"{REFERENCES}{reference['uuid']}/"
    assert stranger_api.get(REFERENCES).json()["count"] == 0
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.put(url, {"truststore": "partners"}).status_code == 404
    assert stranger_api.delete(url).status_code == 404


def test_it_points_to_no_truststore_of_another_account(stranger_api, truststore):
    answer = stranger_api.post(REFERENCES, {"name": "theirs", "truststore": "partners"})
    assert (answer.status_code, answer.json()["code"]) == (400, "truststore_unknown")


def test_it_lists_any_number_of_references_with_the_same_queries(owner_api, reference, queries_of):
    before = queries_of(lambda: owner_api.get(REFERENCES))
    for name in ("a", "b", "c"):
        owner_api.post(REFERENCES, {"name": name, "truststore": "partners"})
    assert queries_of(lambda: owner_api.get(REFERENCES)) == before
