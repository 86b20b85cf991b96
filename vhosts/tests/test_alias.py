"""What an alias may be: 63 letters, digits and inner hyphens, once in the account."""

import pytest

from common.errors import DomainError
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/host-requests/"


def _create(actor, alias):
    return submit(actor=actor, wish=Wish(Operation.CREATE, alias)).host


@pytest.mark.parametrize("alias", ["a", "7", "a-b", "a--b", "2-way-ssl", "x" * 63])
def test_it_takes_letters_digits_and_inner_hyphens(owner, alias):
    assert _create(owner, alias).name == f"{alias}.harbourline.test"


@pytest.mark.parametrize("alias", ["", "-a", "a-", "-", "a.b", "a_b", "A", "a b", "ä", "a\n", " a"])
def test_it_takes_nothing_else(owner, alias):
    with pytest.raises(DomainError, match="inner hyphens") as refusal:
        _create(owner, alias)
    assert refusal.value.code == "VIRTUAL_HOST_CREATE_ERROR"


def test_it_has_63_characters_at_most(owner):
    with pytest.raises(DomainError, match=r"64 characters\. Use 63") as refusal:
        _create(owner, "x" * 64)
    assert refusal.value.code == "VHR_VIRTUALHOST_ALIAS_LENGTH_GREATER_THAN_63_CHARS"


def test_it_is_unique_in_the_account_and_free_in_another(owner, stranger):
    _create(owner, "orders")
    with pytest.raises(DomainError, match="“orders” exists"):
        _create(owner, "orders")
    assert _create(stranger, "orders").name == "orders.elsewhere.test"


def test_an_update_by_rest_keeps_client_authentication_until_it_is_switched_off(owner_api, host, truststore):
    on = {"operation": "UPDATE", "host": str(host.uuid)}
    owner_api.post(REQUESTS, on | {"client_auth": "required", "trust": "partners"})
    owner_api.post(REQUESTS, on | {"alias": "renamed"})
    now = VirtualHost.objects.get(pk=host.pk)
    assert (now.alias, now.client_auth, now.trust) == ("renamed", "required", "partners")
    owner_api.post(REQUESTS, on | {"client_auth": "off"})
    now = VirtualHost.objects.get(pk=host.pk)
    assert (now.client_auth, now.trust) == ("off", "")
