"""Host requests are the only way a host changes; a refused one is kept and changes nothing."""

import pytest

from certificates.services.references import create_reference
from common.errors import DomainError
from vhosts.lifecycle import Operation
from vhosts.models import HostRequest, VirtualHost
from vhosts.services import Wish, submit


def create(owner, alias, **more):
    return submit(actor=owner, wish=Wish(Operation.CREATE, alias, **more)).host


def update(owner, host, **more):
    submit(actor=owner, wish=Wish(Operation.UPDATE, more.pop("alias", ""), host=str(host.uuid), **more))
    host.refresh_from_db()


def test_it_makes_a_host_under_the_accounts_domain(owner):
    host = create(owner, "partners")
    assert (host.name, host.client_auth) == ("partners.harbourline.test", "off")


def test_it_names_a_truststore_or_a_reference(owner, truststore):
    create_reference(actor=owner, name="trust", truststore=truststore)
    by_name = create(owner, "a", client_auth="required", trust="partners")
    by_reference = create(owner, "b", client_auth="required", trust="ref://trust")
    assert (by_name.trusted, by_reference.trusted) == (truststore, truststore)
    assert by_reference.trust == "ref://trust"


def test_it_keeps_client_authentication_when_an_update_does_not_speak_of_it(owner, truststore):
    host = create(owner, "a", client_auth="required", trust="partners")
    update(owner, host, alias="b")
    assert (host.name, host.client_auth, host.trust) == ("b.harbourline.test", "required", "partners")


def test_it_switches_client_authentication_off_and_clears_the_truststore(owner, truststore):
    host = create(owner, "a", client_auth="required", trust="partners")
    update(owner, host, client_auth="off")
    assert (host.client_auth, host.trust) == ("off", "")


@pytest.mark.parametrize(
    ("alias", "more", "code"),
    [
        ("a" * 64, {}, "VHR_VIRTUALHOST_ALIAS_LENGTH_GREATER_THAN_63_CHARS"),
        ("-a", {}, "VIRTUAL_HOST_CREATE_ERROR"),
        ("A", {}, "VIRTUAL_HOST_CREATE_ERROR"),
        ("default", {}, "VIRTUAL_HOST_CREATE_ERROR"),
        ("a", {"client_auth": "required"}, "VHR_VIRTUALHOST_TRUST_STORE_MISSING"),
        ("a", {"client_auth": "required", "trust": "nothing"}, "VIRTUAL_HOST_CREATE_ERROR"),
        ("a", {"client_auth": "required", "trust": "ref://nothing"}, "VIRTUAL_HOST_CREATE_ERROR"),
    ],
)
def test_it_refuses_with_the_documented_code_and_keeps_the_request(owner, alias, more, code):
    with pytest.raises(DomainError) as refusal:
        create(owner, alias, **more)
    assert refusal.value.code == code
    request = HostRequest.objects.first()
    assert (request.status, request.host) == ("failed", None)
    assert request.problem == refusal.value.message
    assert VirtualHost.objects.count() == 1  # the default host


def test_it_does_not_know_another_accounts_truststore_or_host(owner, stranger, truststore):
    with pytest.raises(DomainError):
        create(stranger, "a", client_auth="required", trust="partners")
    mine = create(owner, "mine")
    with pytest.raises(DomainError) as refusal:
        update(stranger, mine, description="taken over")
    assert refusal.value.code == "VHR_NO_COMPLETED_RECORD_FOUND"
