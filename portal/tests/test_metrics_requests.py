"""Requests, refused sign-ins and refused uploads are counted, and nothing of a person gets into a label."""

import pytest
from prometheus_client import REGISTRY, generate_latest

from certificates.testing.hierarchy import PARTNER
from portal.tests.scraping import TOKEN, value


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def test_it_counts_requests_by_view_and_status(owner_client, client):
    labels = {"view": "vhosts:list", "method": "GET", "status": "200"}
    before = value("requests_total", **labels)
    timed = value("request_seconds_count", view="vhosts:list")
    owner_client.get("/hosts/?q=secret-search")
    assert value("requests_total", **labels) == before + 1
    assert value("request_seconds_count", view="vhosts:list") == timed + 1


def test_it_counts_unknown_addresses_and_methods_as_one(db, client):
    before = value("requests_total", view="none", method="other", status="404")
    client.generic("BREW", "/pot-of-somebody/")
    client.generic("WHEN", "/other-pot/")
    assert value("requests_total", view="none", method="other", status="404") == before + 2


def test_it_counts_what_is_under_way(db):
    assert value("requests_under_way") == 1  # the scrape itself


def test_it_counts_refused_sign_ins_without_saying_whose(db, client):
    before = value("sign_ins_refused_total")
    client.post("/login/", {"username": "grete@example.test", "password": "wrong"})
    assert value("sign_ins_refused_total") == before + 1
    assert b"grete" not in generate_latest(REGISTRY)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("partner.key", PARTNER.key_pem, "private_key_sent"),
        ("partner.zip", b"PK\x03\x04 and so on", "archive_sent"),
        ("large.pem", b"x" * 1_000_001, "too_large"),
    ],
)
def test_it_counts_refused_uploads_by_reason(owner_api, file, name, content, reason):
    before = value("uploads_refused_total", reason=reason)
    sent = {"files": [file(name, content)]}
    assert owner_api.post("/api/v1/uploads/", sent, format="multipart").status_code == 400
    assert value("uploads_refused_total", reason=reason) == before + 1


def test_it_puts_no_address_and_no_account_into_a_label(owner_client, account, host):
    owner_client.get(f"/hosts/{host.uuid}/")
    text = generate_latest(REGISTRY).decode()
    assert not [word for word in (str(host.uuid), host.name, account.subdomain, "/hosts") if word in text]
