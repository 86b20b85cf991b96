"""Products on the REST API."""

import pytest

from catalog.flags import ProxyState, store_states
from catalog.services import create_proxy

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"


@pytest.fixture
def proxy(owner, host):
    return create_proxy(
        actor=owner, name="Freight", base_path="/freight", hosts=[host], target_url="http://127.0.0.1:9000"
    )


@pytest.fixture
def product(owner_api, proxy):
    body = {"name": "freight", "title": "Freight", "proxies": [str(proxy.uuid)]}
    return owner_api.post(PRODUCTS, body).json()


def test_it_creates_a_draft(owner_api, proxy):
    answer = owner_api.post(PRODUCTS, {"name": "freight", "title": "Freight", "proxies": [str(proxy.uuid)]})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["release"]) == ("draft", None)
    assert made["proxies"] == [{"uuid": str(proxy.uuid), "name": "Freight", "state": "not deployed"}]


def test_it_publishes_only_what_is_deployed(owner, owner_api, product, proxy):
    url = f"{PRODUCTS}{product['uuid']}/publish/"
    refusal = owner_api.post(url)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "proxies_not_deployed")
    store_states(owner.account, {str(proxy.uuid): ProxyState("a", "a", [])})
    answer = owner_api.post(url)
    assert (answer.status_code, answer.json()["state"], answer.json()["release"]) == (200, "published", 1)


def test_it_changes_what_is_named(owner_api, product):
    answer = owner_api.patch(f"{PRODUCTS}{product['uuid']}/", {"title": "Cargo"})
    assert (answer.status_code, answer.json()["title"]) == (200, "Cargo")
    assert len(answer.json()["proxies"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a b", "title": "A"}, "name"),
        ({"name": "a"}, "title"),
        ({"name": "a", "title": "A", "proxies": ["d6a1ed8c-0000-4000-8000-000000000000"]}, "proxies"),
        ({"name": "a", "title": "A", "state": "published"}, "state"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, body, field):
    answer = owner_api.post(PRODUCTS, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_it_keeps_the_name_of_a_product(owner_api, product):
    answer = owner_api.patch(f"{PRODUCTS}{product['uuid']}/", {"name": "other"})
    assert [error["field"] for error in answer.json()["errors"]] == ["name"]


def test_it_hides_products_from_strangers(stranger_api, product):
    url = f"{PRODUCTS}{product['uuid']}/"
    assert stranger_api.get(PRODUCTS).json()["count"] == 0
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.patch(url, {"title": "Mine"}).status_code == 404
    assert stranger_api.post(f"{url}publish/").status_code == 404


def test_it_lists_any_number_of_products_with_the_same_queries(owner_api, product, proxy, queries_of):
    before = queries_of(lambda: owner_api.get(PRODUCTS))
    for name in ("a", "b", "c"):
        owner_api.post(PRODUCTS, {"name": name, "title": name, "proxies": [str(proxy.uuid)]})
    assert queries_of(lambda: owner_api.get(PRODUCTS)) == before
