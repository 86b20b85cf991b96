"""Service keys and the audit trail on the REST API."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
KEYS = "/api/v1/service-keys/"


@pytest.fixture
def key(owner_api):
    return owner_api.post(KEYS, {"name": "ci", "scopes": ["hosts:read"]}).json()


def _token(key):
    form = {"grant_type": "client_credentials"} | {k: key[k] for k in ("client_id", "client_secret")}
    return Client().post("/oauth/token/", form)


def test_it_shows_the_secret_once(owner_api):
    answer = owner_api.post(KEYS, {"name": "ci", "scopes": ["hosts:read"]})
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert len(answer.json()["client_secret"]) >= 100
    assert answer.json()["token_url"].endswith("/oauth/token/")
    assert "client_secret" not in owner_api.get(KEYS).json()["results"][0]


def test_it_makes_keys_that_get_tokens_with_their_scopes(key):
    assert _token(key).json()["scope"] == "hosts:read"


def test_it_revokes_a_key(owner_api, key):
    answer = owner_api.post(f"{KEYS}{key['uuid']}/revoke/")
    assert (answer.status_code, answer.json()["status"]) == (200, "revoked")
    assert _token(key).status_code == 401
    assert owner_api.post(f"{KEYS}{key['uuid']}/revoke/").status_code == 409


@pytest.mark.parametrize("scopes", [["hosts:rule"], []])
def test_it_names_scopes_that_do_not_exist(owner_api, scopes):
    answer = owner_api.post(KEYS, {"name": "ci", "scopes": scopes})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith("scopes")


def test_it_gives_no_key_more_than_its_maker_has(key_api):
    answer = key_api("keys:manage").post(KEYS, {"name": "more", "scopes": ["hosts:request"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "scope_not_yours")


def test_it_hides_keys_from_strangers(stranger_api, key):
    assert stranger_api.get(KEYS).json()["results"] == []
    assert stranger_api.post(f"{KEYS}{key['uuid']}/revoke/").status_code == 404


def test_it_tells_the_trail_to_the_auditor(reader_api, key):
    rows = reader_api.get("/api/v1/audit/?search=service_key").json()["results"]
    assert [(row["actor"], row["action"]) for row in rows] == [("Owner", "service_key:created")]


def test_it_tells_the_trail_to_no_stranger(stranger_api, key):
    rows = stranger_api.get("/api/v1/audit/?search=service_key").json()["results"]
    assert rows == []
