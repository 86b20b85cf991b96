"""Switching client authentication off asks for the alias and says what anyone could call then."""

import pytest
from django.urls import reverse

from catalog.services import create_proxy
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit


@pytest.fixture
def locked(owner, host, truststore):
    wish = Wish(
        Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.REQUIRED, trust="partners"
    )
    submit(actor=owner, wish=wish)
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    host.refresh_from_db()
    return host


@pytest.fixture
def page(locked):
    return reverse("vhosts:switch_off", args=[locked.uuid])


def test_it_is_where_the_change_form_leads_and_nothing_is_changed_yet(owner_client, locked, page):
    answer = owner_client.post(reverse("vhosts:change", args=[locked.uuid]), {"client_auth": "off"})
    locked.refresh_from_db()
    assert (answer.url, locked.client_auth) == (page, "required")


def test_it_names_the_proxies_that_anyone_could_call(owner_client, page):
    assert "Orders" in owner_client.get(page).content.decode()


def test_it_keeps_asking_when_another_name_is_typed(owner_client, locked, page):
    answer = owner_client.post(page, {"confirmation": "default"})
    locked.refresh_from_db()
    assert locked.client_auth == "required"
    assert "Nothing was changed" in answer.content.decode()


def test_it_switches_off_when_the_alias_is_typed(owner_client, locked, page):
    owner_client.post(page, {"confirmation": "partners"})
    locked.refresh_from_db()
    assert (locked.client_auth, locked.trust) == ("off", "")


def test_it_refuses_a_reader_and_a_stranger(reader_client, stranger_client, locked, page):
    assert reader_client.post(page, {"confirmation": "partners"}).status_code == 403
    assert stranger_client.post(page, {"confirmation": "partners"}).status_code == 404
    locked.refresh_from_db()
    assert locked.client_auth == "required"
