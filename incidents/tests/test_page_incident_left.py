"""The page of an incident: what is left to do beside it, and what cannot be done now."""

import pytest
from django.urls import reverse

from catalog.models import Product
from catalog.services import create_product, create_proxy
from incidents.models import Incident
from incidents.services import raising
from incidents.tests.cast import raised, ticket, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(owner, host):
    return raised(owner)


@pytest.fixture
def product(owner, host):
    proxy = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9"
    )
    return create_product(actor=owner, name="orders", title="Orders API", proxies=[proxy])


def page(incident, name="detail"):
    return reverse(f"incidents:{name}", args=[incident.uuid])


def turn(client, incident):
    return client.get(page(incident)).context["case"].turn


@pytest.mark.parametrize("status", ["proving", "closed"])
def test_it_names_the_product_that_must_be_published_again(owner_client, incident, product, status):
    Incident.objects.update(status=status)
    assert "publish" not in turn(owner_client, incident).sentence
    Product.objects.update(needs_republish=True)
    told = turn(owner_client, incident)
    assert "One step is open: publish Orders API again." in told.sentence
    assert told.url == reverse("catalog:product", args=[product.uuid])


def test_it_names_another_open_incident_of_the_same_partner_on_the_host(owner, owner_client, incident):
    second = raising.raise_incident(actor=owner, ticket=ticket(owner.account))
    text = owner_client.get(page(second)).content.decode()
    assert "There is another open incident for this partner on this host" in text
    assert page(incident) in text


def test_it_names_no_incident_that_is_over_or_of_another_partner(owner, owner_client, incident):
    other = raising.raise_incident(actor=owner, ticket=ticket(owner.account, partner="Somebody else"))
    assert "another open incident" not in owner_client.get(page(other)).content.decode()
    second = raising.raise_incident(actor=owner, ticket=ticket(owner.account))
    raising.withdraw(actor=owner, incident=incident, reason="twice")
    assert "another open incident" not in owner_client.get(page(second)).content.decode()


def test_it_offers_no_new_link_while_it_is_our_turn(owner_client, worker, incident, partner):
    act = f'action="{page(incident, "link_new")}"'
    assert act in owner_client.get(page(incident)).content.decode()
    uploaded(worker, incident, partner)
    assert act not in owner_client.get(page(incident)).content.decode()
