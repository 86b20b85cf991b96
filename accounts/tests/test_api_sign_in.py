"""Who gets into the REST API, and as whom."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ServiceKey

pytestmark = pytest.mark.django_db
ACCOUNT = "/api/v1/account/"


def test_it_asks_the_unknown_to_sign_in(api):
    answer = api.get(ACCOUNT)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"


def test_it_knows_a_person_by_their_session(owner_api):
    answer = owner_api.get(ACCOUNT).json()
    assert (answer["account"]["subdomain"], answer["label"]) == ("harbourline", "Owner")
    assert "account:manage" in answer["permissions"]


def test_it_knows_a_machine_by_its_bearer_token(key_api):
    answer = key_api("hosts:read").get(ACCOUNT).json()
    assert (answer["label"], answer["permissions"]) == ("service key pipeline", ["hosts:read"])


def test_it_refuses_the_token_of_a_revoked_key(key_api):
    client = key_api("hosts:read")
    ServiceKey.objects.update(revoked_at=timezone.now())
    answer = client.get(ACCOUNT)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_it_refuses_a_dead_token_even_from_a_signed_in_person(owner_api):
    assert owner_api.get(ACCOUNT, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401


def test_it_takes_no_token_from_the_address(key_api, api):
    token = key_api("hosts:read")._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    assert api.get(f"{ACCOUNT}?access_token={token}").status_code == 401


def test_it_holds_a_session_to_its_csrf_token(owner_user):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner_user)
    answer = client.post("/api/v1/truststores/", {"name": "partners"}, format="json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


def test_it_says_whom_to_ask_when_the_role_does_not_allow_it(reader_api):
    answer = reader_api.post("/api/v1/truststores/", {"name": "partners"})
    assert answer.status_code == 403
    assert "Administrator" in answer.json()["detail"]


def test_it_tells_a_machine_which_scope_is_missing(key_api):
    answer = key_api("hosts:request").get("/api/v1/hosts/")
    assert answer.status_code == 403
    assert "hosts:read" in answer.json()["detail"]


def test_it_refuses_a_body_by_its_announced_length(owner_api):
    answer = owner_api.post("/api/v1/truststores/", {"name": "partners"}, CONTENT_LENGTH="3000000")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
