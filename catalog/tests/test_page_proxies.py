"""The pages of API proxies."""

import pytest
from django.urls import reverse

from catalog.models import Proxy
from catalog.services import create_product, create_proxy

TARGET = "http://127.0.0.1:9"


@pytest.fixture
def proxy(owner, host):
    return create_proxy(actor=owner, name="Orders", base_path="/orders", hosts=[host], target_url=TARGET)


def page(proxy, name="proxy"):
    return reverse(f"catalog:{name}", args=[proxy.uuid])


def test_it_lists_proxies_with_state_and_why(owner_client, proxy):
    Proxy.objects.update(deployed_digest="a", needs_redeploy=True, reasons=["target a → b"])
    text = owner_client.get(reverse("catalog:proxies")).content.decode()
    assert "needs redeploy" in text
    assert "target a → b" in text


@pytest.mark.parametrize(("state", "found"), [("not deployed", 1), ("deployed", 0), ("needs redeploy", 0)])
def test_it_narrows_to_a_state(owner_client, proxy, state, found):
    answer = owner_client.get(reverse("catalog:proxies"), {"state": state})
    assert answer.context["page"].paginator.count == found


def test_it_finds_a_proxy_by_its_base_path(owner_client, proxy):
    assert "Orders" in owner_client.get(reverse("catalog:proxies"), {"q": "/ord"}).content.decode()
    assert "No API proxy fits" in owner_client.get(reverse("catalog:proxies"), {"q": "zzz"}).content.decode()


@pytest.mark.parametrize(("port", "address"), [(443, ".test/orders"), (8443, ".test:8443/orders")])
def test_it_writes_the_address_with_the_gateways_port(owner_client, proxy, settings, port, address):
    settings.GATEWAY_PORT = port
    assert f"https://partners.harbourline{address}<" in owner_client.get(page(proxy)).content.decode()


def test_it_lists_24_with_as_many_queries_as_3(owner_client, owner, host, queries_of):
    def look():
        assert owner_client.get(reverse("catalog:proxies")).status_code == 200

    def more(numbers):
        for number in numbers:
            create_proxy(
                actor=owner, name=f"P{number}", base_path=f"/p{number}", hosts=[host], target_url=TARGET
            )

    more(range(3))
    few = queries_of(look)
    more(range(3, 24))
    assert queries_of(look) == few


def test_it_shows_hosts_target_and_whose_turn_it_is(owner_client, proxy):
    text = owner_client.get(page(proxy)).content.decode()
    assert "partners.harbourline.test" in text
    assert TARGET in text
    assert "not on the gateway yet" in text
    assert reverse("gateway:plan") in text


def test_it_deletes_when_the_name_is_typed(owner_client, proxy):
    owner_client.post(page(proxy, "proxy_delete"), {"confirmation": "orders"})
    assert Proxy.objects.exists()
    owner_client.post(page(proxy, "proxy_delete"), {"confirmation": "Orders"})
    assert not Proxy.objects.exists()


def test_it_keeps_a_proxy_that_is_in_a_product(owner_client, owner, proxy):
    create_product(actor=owner, name="freight", title="Freight API", proxies=[proxy])
    assert "Freight API" in owner_client.get(page(proxy, "proxy_delete")).content.decode()
    answer = owner_client.post(page(proxy, "proxy_delete"), {"confirmation": "Orders"}, follow=True)
    assert "Take it out there first" in answer.content.decode()
    assert Proxy.objects.exists()


def test_it_hides_a_proxy_from_a_stranger(stranger_client, proxy):
    for name in ("proxy", "proxy_edit", "proxy_delete"):
        assert stranger_client.get(page(proxy, name)).status_code == 404


def test_it_lets_a_reader_look_and_not_touch(reader_client, proxy):
    text = reader_client.get(page(proxy)).content.decode()
    assert page(proxy, "proxy_edit") not in text
    for name in ("proxy_edit", "proxy_delete"):
        assert reader_client.post(page(proxy, name), {"confirmation": "Orders"}).status_code == 403
    assert Proxy.objects.exists()
