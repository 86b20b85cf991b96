"""The guide says what the gateway does now, and where that differs from the release."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gateway.models import Deployment
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit


@pytest.fixture
def pages(consumer_client, orders, asking):
    """`pages()`: the guide and the product's page, as text."""

    def look():
        guide = reverse("marketplace:guide", args=[orders.uuid, asking.uuid])
        product = reverse("marketplace:product", args=[orders.uuid])
        return [consumer_client.get(page).content.decode() for page in (guide, product)]

    return look


def opened(owner, host):
    submit(
        actor=owner, wish=Wish(Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.OFF)
    )


def test_it_says_nothing_of_a_change_while_there_is_none(live, pages):
    live()
    assert not any("Changed since this release" in text for text in pages())


def test_it_follows_the_gateway_where_a_host_changed_after_the_release(owner, asking, live, pages):
    opened(owner, asking)
    live()
    guide, product = pages()
    for text in (guide, product):
        assert "Changed since this release" in text
        assert "No client certificate is needed here" in text
    assert "It needs no client certificate now; it needed one then." in guide
    assert "--cert " not in guide


def test_it_keeps_to_the_gateway_while_a_change_waits_for_its_deployment(owner, asking, live, pages):
    live()
    opened(owner, asking)
    guide, product = pages()
    assert "--cert " in guide
    assert "You need a client certificate here" in product


def test_it_calls_the_host_by_the_name_that_the_gateway_answers_to(asking, live, pages):
    compiled = live().compiled
    compiled["hosts"][str(asking.uuid)]["name"] = "b2b.harbourline.test"
    Deployment.objects.update(compiled=compiled)
    guide, product = pages()
    assert "https://b2b.harbourline.test" in guide
    assert "It was called partners.harbourline.test then." in guide
    assert "https://b2b.harbourline.test" in product


def test_it_says_on_the_products_page_too_that_a_host_is_not_live(pages):
    assert all("This host is not live at the moment" in text for text in pages())
