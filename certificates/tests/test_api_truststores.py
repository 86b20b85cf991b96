"""Truststores and their versions on the REST API."""

import pytest

from certificates.models import Truststore
from certificates.testing.hierarchy import EXPIRED, ISSUING, STRANGER, Identity

pytestmark = pytest.mark.django_db
STORES = "/api/v1/truststores/"


def _pem(identity: Identity, role: str = "client", **more: str) -> dict[str, str]:
    return {"pem": identity.pem, "role": role} | more


def test_it_creates_an_empty_truststore(owner_api):
    answer = owner_api.post(STORES, {"name": "orders", "description": "B2B"})
    assert answer.status_code == 201
    assert (answer.json()["version"], answer.json()["entries"]) == (1, [])


def test_it_shows_the_current_entries(reader_api, truststore, partner):
    answer = reader_api.get(f"{STORES}{truststore.uuid}/").json()
    entry = answer["entries"][0]
    assert (answer["version"], entry["role"], entry["alias"]) == (2, "client", "partner.example")
    assert entry["certificate"]["fingerprint"] == partner.fingerprint
    assert entry["certificate"]["is_ca"] is False


def test_it_adds_a_certificate_as_pem_beside_the_old_ones(owner_api, truststore, partner):
    url = f"{STORES}{truststore.uuid}/versions/"
    answer = owner_api.post(
        url, {"entries": [_pem(ISSUING, "anchor", alias="Harbour")], "note": "all of them"}
    )
    assert answer.status_code == 201
    held = {row["certificate"]["fingerprint"]: row["role"] for row in answer.json()["entries"]}
    assert held == {ISSUING.fingerprint: "anchor", partner.fingerprint: "client"}
    newest = owner_api.get(url).json()["results"][0]
    assert (newest["number"], newest["is_current"], newest["note"]) == (3, True, "all of them")


def test_it_replaces_entries_when_told_not_to_keep_them(owner_api, truststore):
    body = {"entries": [_pem(ISSUING, "anchor")], "keep": False}
    answer = owner_api.post(f"{STORES}{truststore.uuid}/versions/", body).json()
    assert [row["certificate"]["fingerprint"] for row in answer["entries"]] == [ISSUING.fingerprint]


def test_it_takes_a_known_certificate_by_its_fingerprint(owner_api, truststore, partner):
    store = owner_api.post(STORES, {"name": "second"}).json()
    entry = {"fingerprint": partner.fingerprint.upper(), "role": "client"}
    answer = owner_api.post(f"{STORES}{store['uuid']}/versions/", {"entries": [entry]})
    assert (answer.status_code, answer.json()["version"]) == (201, 2)


def test_it_goes_back_to_an_older_version(owner_api, truststore):
    url = f"{STORES}{truststore.uuid}/versions/"
    owner_api.post(url, {"entries": [_pem(ISSUING, "anchor")]})
    answer = owner_api.post(f"{url}2/activate/")
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert owner_api.post(f"{url}2/activate/").status_code == 409
    assert owner_api.post(f"{url}9/activate/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "no spaces"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a", "current": 3}, "current"),
        ({"description": "x"}, "name"),
    ],
)
def test_it_names_the_field_of_a_bad_truststore(owner_api, body, field):
    answer = owner_api.post(STORES, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "entries"),
        ({"entries": []}, "entries"),
        ({"entries": [{"role": "client"}]}, "entries.0.pem"),
        ({"entries": [_pem(STRANGER, "king")]}, "entries.0.role"),
        ({"entries": [_pem(STRANGER, number="3")]}, "entries.0.number"),
        ({"entries": [{"fingerprint": "zz", "role": "client"}]}, "entries.0.fingerprint"),
        ({"entries": [{"fingerprint": "0" * 64, "role": "client"}]}, "entries.0.fingerprint"),
        ({"entries": [{"pem": "no certificate", "role": "client"}]}, "entries.0.pem"),
        ({"entries": [{"pem": ISSUING.chain_pem, "role": "anchor"}]}, "entries.0.pem"),
        ({"entries": [_pem(EXPIRED)]}, "entries"),
        ({"entries": [_pem(STRANGER, "anchor")]}, "entries"),
    ],
)
def test_it_names_what_does_not_fit_and_changes_nothing(owner_api, truststore, body, field):
    answer = owner_api.post(f"{STORES}{truststore.uuid}/versions/", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Truststore.objects.get(pk=truststore.pk).current.number == 2


def test_it_finds_truststores_by_fingerprint(owner_api, truststore, partner):
    answer = owner_api.get(f"{STORES}?search={partner.fingerprint[:12]}").json()
    assert [(row["name"], row["entry_count"]) for row in answer["results"]] == [("partners", 1)]
    assert owner_api.get(f"{STORES}?search=nothing").json()["count"] == 0


def test_it_hides_truststores_from_strangers(stranger_api, truststore, partner):
    url = f"{STORES}{truststore.uuid}/"
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.get(f"{url}versions/").status_code == 404
    assert stranger_api.post(f"{url}versions/", {"entries": [_pem(ISSUING)]}).status_code == 404
    assert stranger_api.post(f"{url}versions/1/activate/").status_code == 404
    assert stranger_api.get(STORES).json()["count"] == 0
    mine = stranger_api.post(STORES, {"name": "mine"}).json()
    entry = {"fingerprint": partner.fingerprint, "role": "client"}
    answer = stranger_api.post(f"{STORES}{mine['uuid']}/versions/", {"entries": [entry]})
    assert (answer.status_code, answer.json()["code"]) == (400, "certificate_unknown")


def test_it_lists_any_number_of_truststores_with_the_same_queries(owner_api, truststore, queries_of):
    before = queries_of(lambda: owner_api.get(STORES))
    for name in ("a", "b", "c"):
        owner_api.post(STORES, {"name": name})
    assert queries_of(lambda: owner_api.get(STORES)) == before


def test_it_shows_any_number_of_entries_with_the_same_queries(owner_api, truststore, queries_of):
    url = f"{STORES}{truststore.uuid}/"
    before = queries_of(lambda: owner_api.get(url))
    owner_api.post(f"{url}versions/", {"entries": [_pem(ISSUING, "anchor"), _pem(STRANGER)]})
    assert queries_of(lambda: owner_api.get(url)) == before


def test_it_refuses_a_certificate_in_two_roles(owner_api, truststore, partner):
    body = {"entries": [{"pem": partner.pem, "role": role} for role in ("client", "intermediate")]}
    answer = owner_api.post(f"/api/v1/truststores/{truststore.uuid}/versions/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "entry_twice")
    assert answer.json()["errors"][0]["field"] == "entries.1.role"


def test_it_says_what_a_pem_is_that_is_no_certificate(owner_api, truststore, partner):
    for pem, said in (("<html>", "a web page"), (partner.pem + partner.pem[:90], "has no end")):
        body = {"entries": [{"pem": pem, "role": "client"}]}
        answer = owner_api.post(f"/api/v1/truststores/{truststore.uuid}/versions/", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "one_certificate")
        assert said in answer.json()["detail"]
