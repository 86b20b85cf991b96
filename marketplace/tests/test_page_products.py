"""What consumers see of products: releases, never today's drafts."""

from __future__ import annotations

from django.urls import reverse

from catalog.models import Product
from catalog.services import change_product, create_product

LIST = "/marketplace/"


def product_page(client, product):
    return client.get(reverse("marketplace:product", args=[product.uuid]))


def test_it_lists_published_products_only(consumer_client, owner, orders):
    create_product(actor=owner, name="draft", title="Secret plans")
    page = consumer_client.get(LIST).content.decode()
    assert "Orders API" in page
    assert "Secret plans" not in page


def test_it_shows_the_release_and_not_todays_draft(consumer_client, owner, orders):
    change_product(actor=owner, product=orders, title="Draft title", description="Draft words", proxies=[])
    for page in (consumer_client.get(LIST), product_page(consumer_client, orders)):
        assert "Orders API" in page.content.decode()
        assert "Draft" not in page.content.decode()
    assert "/orders" in product_page(consumer_client, orders).content.decode()


def test_it_searches_titles_and_descriptions_of_releases(consumer_client, orders, status):
    found = consumer_client.get(LIST, {"q": "all status"}).content.decode()
    assert "Status API" in found
    assert "Orders API" not in found
    assert "Nothing fits" in consumer_client.get(LIST, {"q": "moon"}).content.decode()


def test_it_says_which_host_asks_for_a_certificate(consumer_client, orders, status):
    assert "You need a client certificate here" in product_page(consumer_client, orders).content.decode()
    assert "No client certificate is needed" in product_page(consumer_client, status).content.decode()


def test_it_writes_the_port_when_it_is_not_443(consumer_client, orders, settings):
    settings.GATEWAY_PORT = 8443
    assert (
        "https://partners.harbourline.test:8443/orders"
        in product_page(consumer_client, orders).content.decode()
    )
    settings.GATEWAY_PORT = 443
    assert (
        "https://partners.harbourline.test/orders" in product_page(consumer_client, orders).content.decode()
    )


def test_it_leads_people_of_the_account_to_the_product_behind_it(owner_client, orders):
    url = reverse("catalog:product", args=[orders.uuid])
    assert f'href="{url}"' in product_page(owner_client, orders).content.decode()


def test_it_is_where_a_consumer_lands(consumer_client):
    assert consumer_client.get("/").url == LIST


def test_it_shows_a_consumer_nothing_else(consumer_client):
    page = consumer_client.get(LIST).content.decode()
    assert "Audit trail" not in page
    for url in ("/people/", "/keys/", "/audit/", "/people/roles/"):
        assert consumer_client.get(url).status_code == 403


def test_it_is_not_there_for_a_stranger(stranger_client, orders):
    assert product_page(stranger_client, orders).status_code == 404
    assert "Orders API" not in stranger_client.get(LIST).content.decode()


def test_it_is_not_there_before_it_is_published(owner_client, owner):
    draft = create_product(actor=owner, name="draft", title="Secret plans")
    assert product_page(owner_client, draft).status_code == 404


def test_it_sends_a_signed_out_person_to_sign_in(client, orders):
    assert client.get(LIST).url == "/login/?next=/marketplace/"


def test_it_takes_as_many_queries_for_thirty_products_as_for_three(consumer_client, orders, queries_of):
    def copy(numbers):
        for n in numbers:
            Product.objects.create(
                account=orders.account, name=f"p{n}", title=f"P {n}", current=orders.current
            )

    copy(range(2))
    few = queries_of(lambda: consumer_client.get(LIST))
    copy(range(2, 24))
    assert queries_of(lambda: consumer_client.get(LIST)) == few
