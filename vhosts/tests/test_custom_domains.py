"""Hosts under a domain of one's own, with a key of one's own."""

import pytest

from certificates.services.references import create_reference
from common.errors import DomainError
from vhosts.lifecycle import Operation
from vhosts.models import HostRequest, VirtualHost
from vhosts.naming import dns_target
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db
OWN = {"is_custom": True, "key": "example-com", "key_alias": "api"}


def _create(actor, alias="api.example.com", **more):
    return submit(actor=actor, wish=Wish(Operation.CREATE, alias, **(OWN | more))).host


def _update(actor, host, alias="", **more):
    return submit(actor=actor, wish=Wish(Operation.UPDATE, alias, host=str(host.uuid), **more)).host


def test_it_answers_with_the_key_that_it_names(owner, keystore):
    host = _create(owner, "API.example.com")
    assert (host.name, host.is_custom) == ("api.example.com", True)
    assert (host.key_store, host.key_alias) == (keystore, "api")
    assert dns_target(host.account) == "default.harbourline.test"


def test_it_names_its_keystore_by_reference(owner, keystore):
    create_reference(actor=owner, name="own-key", keystore=keystore)
    host = _create(owner, key="ref://own-key")
    assert (host.key_name, host.key_store, host.keystore) == ("ref://own-key", keystore, None)


@pytest.mark.parametrize("name", ["x.shop.example.com", "x-1.shop.example.com"])
def test_a_wildcard_covers_it(owner, keystore, name):
    assert _create(owner, name).name == name


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"alias": "localhost"}, "virtualHostUrl", "full DNS name"),
        ({"alias": "api.example.com."}, "virtualHostUrl", "no dot at the end"),
        ({"alias": "-a.example.com"}, "virtualHostUrl", "inner hyphens"),
        ({"alias": "a_b.example.com"}, "virtualHostUrl", "inner hyphens"),
        ({"alias": f"{'a' * 64}.example.com"}, "virtualHostUrl", "63 at most each"),
        ({"alias": ".".join(["a" * 60] * 5)}, "virtualHostUrl", "253 at most"),
        ({"alias": "10.0.0.1"}, "virtualHostUrl", "full DNS name"),
        ({"alias": "*.example.com"}, "virtualHostUrl", "wildcard"),
        ({"alias": "bücher.example"}, "virtualHostUrl", "xn--"),
        ({"alias": "a.harbourline.test"}, "virtualHostUrl", "Give the alias alone"),
        ({"alias": "a.b.elsewhere.test"}, "virtualHostUrl", "another account"),
        ({"key": None}, "keyStoreName", "needs its keystore"),
        ({"key": "none"}, "keyStoreName", "No keystore “none”"),
        ({"key": "ref://none"}, "keyStoreName", "No reference"),
        ({"key_alias": None}, "keyStoreAlias", "give its alias"),
        ({"key_alias": "none"}, "keyStoreAlias", "It has: api"),
        ({"alias": "www.example.com"}, "keyStoreAlias", "not for www.example.com"),
        ({"is_default": True}, "isForCustomDomain", "additional host"),
        ({"is_custom": False, "alias": "plain"}, "keyStoreName", "belongs to a custom domain"),
    ],
)
def test_it_names_what_does_not_fit(owner, keystore, other_account, more, field, words):
    with pytest.raises(DomainError, match=words) as refusal:
        _create(owner, **more)
    assert refusal.value.field == field
    assert HostRequest.objects.filter(status="failed").count() == 1
    assert VirtualHost.objects.filter(account=owner.account).count() == 1


def test_its_name_is_unique_over_all_accounts(owner, stranger, keystore):
    _create(owner)
    with pytest.raises(DomainError, match=r"api\.example\.com is taken"):
        _create(stranger)


def test_a_host_of_the_default_domain_is_converted_and_back(owner, host, keystore, truststore):
    _update(owner, host, client_auth="required", trust="partners")
    custom = _update(owner, host, "api.example.com", **OWN)
    assert (custom.pk, custom.name, custom.key_store) == (host.pk, "api.example.com", keystore)
    assert (custom.client_auth, custom.trust) == ("required", "partners")
    back = _update(owner, host, "partners", is_custom=False)
    assert (back.name, back.key_store.name, back.key_alias) == (
        "partners.harbourline.test",
        "default-domain",
        "",
    )
    assert back.client_auth == "required"


def test_a_conversion_needs_the_other_name(owner, host, keystore):
    with pytest.raises(DomainError, match="full DNS name"):
        _update(owner, host, **OWN)


def test_the_default_host_stays_where_it_is(owner, keystore):
    default = VirtualHost.objects.get(account=owner.account, is_default=True)
    with pytest.raises(DomainError, match="stays under the default domain"):
        _update(owner, default, "api.example.com", **OWN)


def test_an_update_without_key_keeps_it(owner, keystore):
    host = _create(owner)
    assert _update(owner, host, description="b2b").key_alias == "api"
    assert _update(owner, host, "x.shop.example.com").name == "x.shop.example.com"
