"""The list of hosts."""

from django.urls import reverse

from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

HOSTS = "/hosts/"


def test_it_lists_the_hosts_with_what_they_ask_for(owner_client, host):
    text = owner_client.get(HOSTS).content.decode()
    assert "partners.harbourline.test" in text
    assert "default.harbourline.test" in text
    assert reverse("vhosts:request") in text


def test_it_finds_a_host_by_a_part_of_its_name(owner_client, host):
    names = [found.alias for found in owner_client.get(HOSTS, {"q": "partn"}).context["page"]]
    assert names == ["partners"]


def test_it_narrows_to_one_sort_of_client_authentication(owner_client, host):
    assert not owner_client.get(HOSTS, {"asks": "required"}).context["page"].object_list
    assert "No host fits" in owner_client.get(HOSTS, {"asks": "required"}).content.decode()


def test_it_lists_24_with_as_many_queries_as_3(owner_client, owner, host, queries_of):
    def look():
        assert owner_client.get(HOSTS).status_code == 200

    submit(actor=owner, wish=Wish(Operation.CREATE, "one-more"))
    few = queries_of(look)
    for number in range(21):
        submit(actor=owner, wish=Wish(Operation.CREATE, f"h{number}"))
    assert queries_of(look) == few


def test_it_shows_no_host_of_another_account(stranger_client, host):
    assert "harbourline.test" not in stranger_client.get(HOSTS).content.decode()


def test_it_shows_a_reader_no_button_to_request_one(reader_client, host):
    assert reverse("vhosts:request") not in reader_client.get(HOSTS).content.decode()
