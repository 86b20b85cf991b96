"""Creating and changing an API proxy in the browser."""

import pytest
from django.urls import reverse

from catalog.models import Proxy
from catalog.services import create_proxy
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit


@pytest.fixture
def given(host):
    """A form that fits."""
    return {
        "name": "Orders",
        "base_path": "/orders/v2",
        "target_url": "https://orders.example.com/v2",
        "hosts": [host.pk],
        "description": "of our partners",
    }


def test_it_creates_a_proxy_on_the_hosts_chosen(owner_client, host, given):
    answer = owner_client.post(reverse("catalog:proxy_new"), given)
    proxy = Proxy.objects.get()
    assert answer.url == reverse("catalog:proxy", args=[proxy.uuid])
    assert list(proxy.hosts.all()) == [host]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("base_path", "orders"),
        ("target_url", "ftp://orders.example.com"),
        ("target_url", "https://me:secret@orders.example.com"),
        ("hosts", []),
    ],
)
def test_it_names_the_field_and_keeps_the_rest(owner_client, given, field, value):
    answer = owner_client.post(reverse("catalog:proxy_new"), given | {field: value})
    assert list(answer.context["form"].errors) == [field]
    assert "of our partners" in answer.content.decode()
    assert not Proxy.objects.exists()


def test_it_keeps_the_hosts_that_were_chosen(owner_client, host, given):
    answer = owner_client.post(reverse("catalog:proxy_new"), given | {"name": ""})
    chosen = [c["row"] for c in answer.context["form"].offered() if c["chosen"]]
    assert chosen == [host]


def test_it_says_whose_the_base_path_is(owner_client, owner, host, given):
    create_proxy(actor=owner, name="First", base_path="/orders/v2", hosts=[host], target_url="http://a.test")
    answer = owner_client.post(reverse("catalog:proxy_new"), given)
    assert "belongs to “First”" in str(answer.context["form"].errors["base_path"])


def test_it_offers_no_host_of_another_account(owner_client, other_account, given):
    theirs = VirtualHost.objects.get(account=other_account)
    answer = owner_client.post(reverse("catalog:proxy_new"), given | {"hosts": [theirs.pk]})
    assert list(answer.context["form"].errors) == ["hosts"]
    assert theirs.name not in answer.content.decode()


def test_it_changes_a_proxy_and_shows_what_it_was(owner_client, owner, host, given):
    proxy = create_proxy(
        actor=owner, name="Old", base_path="/old", hosts=[host], target_url="http://old.example.com"
    )
    page = reverse("catalog:proxy_edit", args=[proxy.uuid])
    assert "http://old.example.com" in owner_client.get(page).content.decode()
    owner_client.post(page, given)
    proxy.refresh_from_db()
    assert (proxy.name, proxy.base_path) == ("Orders", "/orders/v2")


def test_it_refuses_a_reader(reader_client, given):
    assert reader_client.post(reverse("catalog:proxy_new"), given).status_code == 403
    assert not Proxy.objects.exists()


def test_it_takes_hosts_by_alias_where_there_are_too_many_to_tick(owner_client, owner, given, monkeypatch):
    monkeypatch.setattr("catalog.forms.OFFERED", 1)
    for alias in ("aa", "bb"):
        submit(actor=owner, wish=Wish(Operation.CREATE, alias))
    owner_client.post(reverse("catalog:proxy_new"), given | {"more": "aa\nbb\n"})
    aliases = Proxy.objects.get().hosts.values_list("alias", flat=True)
    assert sorted(aliases) == ["aa", "bb", "partners"]


def test_it_names_an_alias_that_does_not_exist(owner_client, given, monkeypatch):
    monkeypatch.setattr("catalog.forms.OFFERED", 1)
    answer = owner_client.post(reverse("catalog:proxy_new"), given | {"more": "partners\nnobody"})
    assert "nobody" in str(answer.context["form"].errors["more"])


def test_it_offers_what_was_ticked_beside_the_first_few(owner_client, host, given, monkeypatch):
    monkeypatch.setattr("catalog.forms.OFFERED", 1)
    answer = owner_client.post(reverse("catalog:proxy_new"), given | {"name": ""})
    assert [(c["row"].alias, c["chosen"]) for c in answer.context["form"].offered()] == [
        ("default", False),
        ("partners", True),
    ]
