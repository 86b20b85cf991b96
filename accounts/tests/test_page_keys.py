"""The pages of service keys."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.forms import SCOPE_GROUPS
from accounts.models import ServiceKey
from accounts.permissions import SCOPES
from accounts.services import create_service_key

NEW = {"name": "nightly-import", "scopes": ["hosts:read", "hosts:request"]}


@pytest.fixture
def key(owner):
    return create_service_key(actor=owner, name="pipeline", scopes=["hosts:read"]).key


def test_it_lists_keys_with_status_and_scopes(owner_client, key):
    page = owner_client.get("/keys/").content.decode()
    assert "pipeline" in page
    assert "hosts:read" in page
    assert "active" in page


def test_it_shows_the_secret_once_and_lets_no_cache_keep_it(owner_client):
    answer = owner_client.post("/keys/new/", NEW)
    assert answer["Cache-Control"] == "no-store"
    shown = re.search(r"<code data-copy-text>(\{.*?\})</code>", answer.content.decode(), re.S)[1]
    key = json.loads(html.unescape(shown))
    assert set(key) == {"url", "tokenUrl", "clientId", "clientSecret"}
    assert key["clientSecret"] not in owner_client.get("/keys/").content.decode()
    asked = {
        "grant_type": "client_credentials",
        "client_id": key["clientId"],
        "client_secret": key["clientSecret"],
    }
    token = Client().post(reverse("oauth-token"), asked)
    assert token.json()["scope"].split() == ["hosts:read", "hosts:request"]


def test_it_keeps_name_and_scopes_when_one_is_unknown(owner_client):
    page = owner_client.post("/keys/new/", {"name": "nightly-import", "scopes": ["hosts:read", "moon:walk"]})
    text = page.content.decode()
    assert 'value="nightly-import"' in text
    assert re.search(r'value="hosts:read"\s+checked', text)
    assert "moon:walk is not one of the available choices" in text
    assert not ServiceKey.objects.exists()


def test_it_asks_for_a_scope(owner_client):
    page = owner_client.post("/keys/new/", {"name": "nightly-import"}).content.decode()
    assert "Choose at least one scope" in page


def test_it_offers_every_permission_in_a_group(owner_client):
    page = owner_client.get("/keys/new/").content.decode()
    assert all(f'value="{code}"' in page for code in SCOPES)
    assert {code.split(":")[0] for code in SCOPES} == set(SCOPE_GROUPS)


def test_it_revokes_nothing_before_the_name_is_typed(owner_client, key):
    owner_client.post(f"/keys/{key.uuid}/revoke/", {"confirmation": "pipe"})
    key.refresh_from_db()
    assert key.status == "active"


def test_it_revokes_after_the_name_is_typed(owner_client, key):
    owner_client.post(f"/keys/{key.uuid}/revoke/", {"confirmation": "pipeline"})
    key.refresh_from_db()
    assert key.status == "revoked"


def test_it_refuses_a_reader(reader_client, key):
    for url in ("/keys/", "/keys/new/", f"/keys/{key.uuid}/revoke/"):
        assert reader_client.get(url).status_code == 403
    assert reader_client.post("/keys/new/", NEW).status_code == 403


def test_it_is_not_there_for_a_stranger(stranger_client, key):
    assert stranger_client.get(f"/keys/{key.uuid}/revoke/").status_code == 404
    assert key.client_id not in stranger_client.get("/keys/").content.decode()


def test_it_takes_as_many_queries_for_thirty_keys_as_for_three(owner, owner_client, queries_of):
    def add(number):
        for n in range(number):
            create_service_key(actor=owner, name=f"key {n}", scopes=["hosts:read"])

    add(3)
    few = queries_of(lambda: owner_client.get("/keys/"))
    add(21)
    assert queries_of(lambda: owner_client.get("/keys/")) == few
