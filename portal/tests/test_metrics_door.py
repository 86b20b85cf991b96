"""/metrics is for whoever holds the token, and for nobody else."""

import pytest

from portal.tests.scraping import TOKEN


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def test_it_opens_for_the_token(db, client):
    answer = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "Bearer ü"])
def test_it_refuses_everything_else(db, client, header):
    answer = client.get("/metrics", **({"HTTP_AUTHORIZATION": header} if header else {}))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert b"countersign_" not in answer.content


def test_it_refuses_a_signed_in_administrator_without_it(owner_client):
    assert owner_client.get("/metrics").status_code == 401


def test_it_refuses_a_token_in_the_address(db, client):
    assert client.get(f"/metrics?token={TOKEN}").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer None"])
def test_it_does_not_exist_without_a_token_in_the_settings(db, client, settings, header):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", HTTP_AUTHORIZATION=header).status_code == 404
