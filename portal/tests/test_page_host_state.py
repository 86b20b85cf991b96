"""A host's page, the list and the overview say what the gateway does now before what it shall do."""

import re

import pytest
from django.urls import reverse

from gateway.models import Node
from gateway.tests.page_cast import deployed
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit


@pytest.fixture
def pages(host):
    return {"detail": reverse("vhosts:detail", args=[host.uuid]), "list": reverse("vhosts:list"), "all": "/"}


def lock(owner, host):
    wish = Wish(
        Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.REQUIRED, trust="partners"
    )
    submit(actor=owner, wish=wish)


def words(client, page):
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(page).content.decode()).split())


@pytest.mark.parametrize("name", ["detail", "list", "all"])
def test_it_says_that_a_host_is_not_on_the_gateway_yet(owner_client, host, pages, name):
    assert "not on the gateway yet off once deployed" in words(owner_client, pages[name])


@pytest.mark.parametrize("name", ["detail", "list", "all"])
def test_it_says_what_the_gateway_does_first_and_then_the_wish(
    owner_client, owner, host, truststore, pages, name
):
    deployed(owner)
    lock(owner, host)
    text = words(owner_client, pages[name])
    assert "off required once deployed" in text
    deployed(owner)
    assert "once deployed" not in words(owner_client, pages[name])


def test_it_does_not_claim_a_host_with_a_truststore_differs_while_it_asks_nobody(
    owner_client, owner, host, truststore, pages
):
    host.truststore = truststore
    host.save()
    deployed(owner)
    assert "still trusts by" not in words(owner_client, pages["detail"])


def test_it_takes_no_well_node_for_a_proof_of_the_host(owner_client, owner, host, pages):
    deployed(owner)
    new = submit(actor=owner, wish=Wish(Operation.CREATE, "new")).host
    page = reverse("vhosts:detail", args=[new.uuid])
    text = words(owner_client, page)
    panel = text[text.index("Proof per node") :]
    assert "proven" not in panel
    assert "not on the gateway yet" in panel
    assert "live without this host" in panel


def test_it_says_when_a_node_was_not_called_on_the_host(owner_client, owner, host, pages):
    deployed(owner)
    Node.objects.create(name="ams-1", port=8444, last_seen=Node.objects.get().last_seen)
    text = words(owner_client, pages["detail"])
    assert "1 of 2 proven" in text
    assert "not called yet" in text
    assert "Each node was called" not in text


def test_it_says_that_the_calls_are_from_before_a_change(owner_client, owner, host, truststore, pages):
    deployed(owner)
    assert "Each node was called by a real client" in words(owner_client, pages["detail"])
    lock(owner, host)
    text = words(owner_client, pages["detail"])
    assert "The calls are from before the change" in text
    assert "Each node was called by a real client" not in text
