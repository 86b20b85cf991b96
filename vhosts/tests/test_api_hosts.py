"""Hosts on the REST API: to read only."""

import pytest

from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db
HOSTS = "/api/v1/hosts/"


def test_it_lists_the_default_host_first(reader_api, host):
    answer = reader_api.get(HOSTS).json()
    assert [row["is_default"] for row in answer["results"]] == [True, False]
    assert answer["count"] == 2


def test_it_cuts_lists_into_pages(owner_api, host):
    answer = owner_api.get(f"{HOSTS}?limit=1&offset=1").json()
    assert [row["alias"] for row in answer["results"]] == ["partners"]
    assert answer["previous"] is not None


def test_it_finds_hosts_by_name(owner_api, host):
    answer = owner_api.get(f"{HOSTS}?search=partners").json()
    assert [row["name"] for row in answer["results"]] == ["partners.harbourline.test"]


def test_it_shows_a_host_to_a_machine(key_api, host):
    answer = key_api("hosts:read").get(f"{HOSTS}{host.uuid}/").json()
    assert (answer["client_auth"], answer["trust"], answer["truststore"]) == ("off", "", None)
    assert answer["url"].startswith("https://partners.harbourline.test:")


def test_it_changes_no_host_here(owner_api, host):
    assert owner_api.patch(f"{HOSTS}{host.uuid}/", {"client_auth": "off"}).status_code == 405
    assert owner_api.delete(f"{HOSTS}{host.uuid}/").status_code == 405


def test_it_hides_hosts_from_strangers(stranger_api, host):
    assert stranger_api.get(f"{HOSTS}{host.uuid}/").status_code == 404
    assert "partners" not in stranger_api.get(HOSTS).content.decode()


def test_it_lists_any_number_of_hosts_with_the_same_queries(owner, owner_api, host, truststore, queries_of):
    before = queries_of(lambda: owner_api.get(HOSTS))
    for alias in ("a", "b", "c"):
        wish = Wish(Operation.CREATE, alias, client_auth="required", trust="partners")
        submit(actor=owner, wish=wish)
    assert queries_of(lambda: owner_api.get(HOSTS)) == before
