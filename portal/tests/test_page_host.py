"""The page of a host."""

import re

import pytest
from django.urls import reverse

from catalog.services import create_proxy
from gateway.tests.page_cast import deployed
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit


@pytest.fixture
def page(host):
    return reverse("vhosts:detail", args=[host.uuid])


@pytest.fixture
def proxy(owner, host):
    return create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9"
    )


def lock(owner, host):
    wish = Wish(
        Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.REQUIRED, trust="partners"
    )
    submit(actor=owner, wish=wish)


def test_it_shows_name_ids_and_server_certificate(owner_client, owner, host, page):
    text = owner_client.get(page).content.decode()
    for said in (host.name, str(host.uuid), str(owner.account.uuid), "default-domain"):
        assert said in text


def test_it_says_that_the_gateway_does_not_know_a_new_host(owner_client, proxy, page):
    text = owner_client.get(page).content.decode()
    assert "does not know this host yet" in text
    assert reverse("gateway:plan") in text


def test_it_wants_a_proxy_on_a_new_host_before_it_is_deployed(owner_client, host, page):
    text = owner_client.get(page).content.decode()
    assert f"{reverse('catalog:proxy_new')}?host=" in text
    assert reverse("gateway:plan") not in text
    link = re.search(r'href="([^"]+\?host=\d+)"', text)[1]
    assert re.search(r'value="\d+"\s+checked', owner_client.get(link).content.decode())


def test_it_says_what_the_gateway_still_does_otherwise(owner_client, owner, host, proxy, truststore, page):
    deployed(owner)
    assert reverse("gateway:plan") not in owner_client.get(page).content.decode()
    lock(owner, host)
    assert "client authentication is still off" in owner_client.get(page).content.decode()


def test_it_shows_what_each_node_proved(owner_client, owner, host, page):
    deployed(owner)
    text = owner_client.get(page).content.decode()
    assert "1 of 1 proven" in text
    assert "in 41 ms" in text


def test_it_draws_what_trusts_what_and_says_it_in_words(owner_client, owner, host, proxy, truststore, page):
    lock(owner, host)
    text = owner_client.get(page).content.decode()
    assert "Truststore: partners, version 2." in text
    assert "API proxies: Orders /o, not deployed." in text


def test_it_is_not_there_for_a_stranger(stranger_client, page):
    assert stranger_client.get(page).status_code == 404


def test_it_shows_a_reader_no_act(reader_client, host, page):
    text = reader_client.get(page).content.decode()
    assert reverse("vhosts:change", args=[host.uuid]) not in text
    assert reverse("gateway:plan") not in text
