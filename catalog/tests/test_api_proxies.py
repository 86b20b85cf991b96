"""API proxies on the REST API."""

import pytest

from catalog.models import Proxy

pytestmark = pytest.mark.django_db
PROXIES = "/api/v1/proxies/"


@pytest.fixture
def body(host):
    return {
        "name": "Freight",
        "base_path": "/freight",
        "hosts": [str(host.uuid)],
        "target_url": "http://127.0.0.1:9000/freight",
    }


@pytest.fixture
def proxy(owner_api, body):
    return owner_api.post(PROXIES, body).json()


def test_it_creates_a_proxy_that_is_not_deployed(owner_api, body):
    answer = owner_api.post(PROXIES, body)
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["reasons"]) == ("not deployed", [])
    assert [host["name"] for host in answer.json()["hosts"]] == ["partners.harbourline.test"]


def test_it_changes_what_is_named(owner_api, proxy):
    answer = owner_api.patch(f"{PROXIES}{proxy['uuid']}/", {"base_path": "/cargo"})
    assert answer.status_code == 200
    assert (answer.json()["base_path"], answer.json()["name"]) == ("/cargo", "Freight")


def test_it_changes_a_proxy_altogether(owner_api, proxy, body):
    answer = owner_api.put(f"{PROXIES}{proxy['uuid']}/", body | {"name": "Cargo"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Cargo")


def test_it_deletes_a_proxy_unless_a_product_has_it(owner_api, proxy):
    product = {"name": "freight", "title": "Freight", "proxies": [proxy["uuid"]]}
    made = owner_api.post("/api/v1/products/", product).json()
    assert owner_api.delete(f"{PROXIES}{proxy['uuid']}/").json()["code"] == "proxy_in_use"
    owner_api.patch(f"/api/v1/products/{made['uuid']}/", {"proxies": []})
    assert owner_api.delete(f"{PROXIES}{proxy['uuid']}/").status_code == 204
    assert not Proxy.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base_path": "no-slash"}, "base_path"),
        ({"target_url": "ftp://127.0.0.1/"}, "target_url"),
        ({"hosts": []}, "hosts"),
        ({"hosts": ["d6a1ed8c-0000-4000-8000-000000000000"]}, "hosts"),
        ({"name": ""}, "name"),
        ({"state": "deployed"}, "state"),
        ({"needs_redeploy": False}, "needs_redeploy"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, body, change, field):
    answer = owner_api.post(PROXIES, body | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Proxy.objects.exists()


def test_it_refuses_a_base_path_twice_on_a_host(owner_api, proxy, body):
    answer = owner_api.post(PROXIES, body | {"name": "Other"})
    assert (answer.status_code, answer.json()["code"]) == (409, "base_path_taken")


def test_it_finds_proxies_by_state_and_word(owner_api, proxy):
    assert owner_api.get(f"{PROXIES}?search=FREI&state=not deployed").json()["count"] == 1
    assert owner_api.get(f"{PROXIES}?state=deployed").json()["count"] == 0


def test_it_hides_proxies_from_strangers(stranger_api, proxy, body):
    url = f"{PROXIES}{proxy['uuid']}/"
    assert stranger_api.get(PROXIES).json()["count"] == 0
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.patch(url, {"name": "Mine"}).status_code == 404
    assert stranger_api.delete(url).status_code == 404


def test_it_puts_nothing_on_a_host_of_another_account(stranger_api, body):
    answer = stranger_api.post(PROXIES, body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "hosts")


def test_it_lists_any_number_of_proxies_with_the_same_queries(owner_api, proxy, body, queries_of):
    before = queries_of(lambda: owner_api.get(PROXIES))
    for name in ("a", "b", "c"):
        owner_api.post(PROXIES, body | {"name": name, "base_path": f"/{name}"})
    assert queries_of(lambda: owner_api.get(PROXIES)) == before
