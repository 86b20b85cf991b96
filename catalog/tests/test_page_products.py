"""The pages of products: drafts, releases, and why one is published again."""

import pytest
from django.urls import reverse

from catalog.models import Product, Proxy
from catalog.services import create_product, create_proxy, publish_product


@pytest.fixture
def proxy(owner, host):
    made = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9"
    )
    Proxy.objects.update(wanted_digest="a", deployed_digest="a")
    return made


@pytest.fixture
def product(owner, proxy):
    return create_product(actor=owner, name="freight", title="Freight API", proxies=[proxy])


def page(product, name="product"):
    return reverse(f"catalog:{name}", args=[product.uuid])


def test_it_creates_a_draft(owner_client, proxy):
    given = {"name": "freight", "title": "Freight API", "description": "", "proxies": [proxy.pk]}
    answer = owner_client.post(reverse("catalog:product_new"), given)
    made = Product.objects.get()
    assert (answer.url, made.state, list(made.proxies.all())) == (page(made), "draft", [proxy])


def test_it_names_the_field_of_a_name_that_is_taken(owner_client, product):
    given = {"name": "freight", "title": "Another title"}
    answer = owner_client.post(reverse("catalog:product_new"), given)
    assert list(answer.context["form"].errors) == ["name"]
    assert "Another title" in answer.content.decode()


def test_it_changes_a_product(owner_client, product):
    owner_client.post(
        page(product, "product_edit"), {"title": "Freight", "description": "new", "proxies": []}
    )
    product.refresh_from_db()
    assert (product.name, product.title, product.proxies.count()) == ("freight", "Freight", 0)


def test_it_publishes_what_is_deployed(owner_client, product):
    assert "Publish it" in owner_client.get(page(product)).content.decode()
    answer = owner_client.post(page(product, "publish"), follow=True)
    product.refresh_from_db()
    assert product.current.number == 1
    assert "Release 1" in answer.content.decode()


def test_it_says_what_must_be_deployed_first(owner_client, product):
    Proxy.objects.update(deployed_digest="")
    assert "Deploy first: Orders" in owner_client.get(page(product)).content.decode()
    answer = owner_client.post(page(product, "publish"), follow=True)
    assert "Freight API was not published" in answer.content.decode()
    assert not product.releases.exists()


def test_it_says_why_it_needs_republish(owner_client, owner, product):
    publish_product(actor=owner, product=product)
    Product.objects.update(needs_republish=True, reasons=["Orders: target a → b"])
    assert "Orders: target a → b" in owner_client.get(page(product)).content.decode()
    assert "Orders: target a → b" in owner_client.get(reverse("catalog:products")).content.decode()


def test_it_lists_24_with_as_many_queries_as_3(owner_client, owner, proxy, queries_of):
    def look():
        assert owner_client.get(reverse("catalog:products")).status_code == 200

    def more(numbers):
        for number in numbers:
            create_product(actor=owner, name=f"p{number}", title=f"P{number}", proxies=[proxy])

    more(range(3))
    few = queries_of(look)
    more(range(3, 24))
    assert queries_of(look) == few


def test_it_hides_a_product_from_a_stranger(stranger_client, product):
    for name in ("product", "product_edit"):
        assert stranger_client.get(page(product, name)).status_code == 404
    assert stranger_client.post(page(product, "publish")).status_code == 404


def test_it_lets_a_reader_look_and_not_publish(reader_client, product):
    assert page(product, "publish") not in reader_client.get(page(product)).content.decode()
    assert reader_client.post(page(product, "publish")).status_code == 403
    assert reader_client.get(reverse("catalog:product_new")).status_code == 403
