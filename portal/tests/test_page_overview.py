"""The overview: what needs somebody, and the first steps of an empty account."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.permissions import Role
from catalog.models import Product, Proxy
from catalog.services import create_product, create_proxy
from certificates.models import Certificate
from gateway.models import Node, Sighting
from gateway.tests.page_cast import deployed, node, planned
from portal.expiry import LEFT, Ending, timeline

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def proxy(owner, host):
    return create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9"
    )


def text_of(client):
    return client.get("/").content.decode()


def test_it_shows_an_empty_account_its_first_steps(owner_client, account):
    steps = owner_client.get("/").context["first_steps"]
    assert [step["done"] for step in steps] == [False, False, False, False]
    assert reverse("vhosts:request") in text_of(owner_client)


def test_it_ticks_off_the_steps_that_are_done(owner_client, proxy, truststore):
    steps = owner_client.get("/").context["first_steps"]
    assert [step["done"] for step in steps] == [True, False, True, False]


def test_it_shows_no_first_steps_once_something_is_live(owner_client, owner, host):
    deployed(owner)
    assert "First steps" not in text_of(owner_client)
    assert "Nothing needs you" in text_of(owner_client)


def test_it_says_why_a_proxy_waits(owner_client, owner, proxy):
    Proxy.objects.update(deployed_digest="a", needs_redeploy=True, reasons=["target a → b"])
    text = text_of(owner_client)
    assert "1 API proxy waits for a deployment" in text
    assert "target a → b" in text
    assert reverse("gateway:plan") in text


def test_it_names_products_to_republish(owner_client, owner, proxy):
    create_product(actor=owner, name="freight", title="Freight API", proxies=[proxy])
    Product.objects.update(needs_republish=True, reasons=["Orders: added"])
    assert "Freight API needs republish" in text_of(owner_client)


def test_it_warns_of_a_trusted_certificate_that_ends_soon(owner_client, truststore):
    Certificate.objects.filter(entries__isnull=False).update(not_after=datetime.now(UTC) + timedelta(days=5))
    answer = owner_client.get("/")
    assert "client certificate expires in 5 days" in " ".join(answer.content.decode().split())
    assert answer.context["expiring_roles"] == "1 client"


def test_it_counts_and_draws_an_expired_certificate_as_expired(owner_client, truststore):
    Certificate.objects.filter(entries__isnull=False).update(not_after=datetime.now(UTC) - timedelta(days=5))
    answer = owner_client.get("/")
    assert (answer.context["expiring_count"], answer.context["expired_count"]) == (1, 1)
    assert [mark.tone for mark in answer.context["timeline"].marks] == ["over"]
    assert "1 expired" in " ".join(answer.content.decode().split())


def test_it_counts_as_many_as_it_shows(owner_client, owner, proxy, truststore):
    Certificate.objects.filter(entries__isnull=False).update(not_after=datetime.now(UTC) + timedelta(days=5))
    Node.objects.create(name="ams-1", port=8443)
    planned(owner)
    text = text_of(owner_client)
    panel = text[text.index("Needs attention") :]
    rows = panel[: panel.index("</section>")].count("<li>")
    assert owner_client.get("/").context["attention_count"] == rows == 4


def test_it_names_a_node_that_does_not_answer(owner_client, account):
    Node.objects.create(name="ams-1", port=8443)
    assert "Node ams-1: no answer" in text_of(owner_client)
    assert "0 of 1" in text_of(owner_client)


def test_it_leads_to_a_deployment_that_waits_for_a_look(owner_client, owner, host):
    made = planned(owner)
    assert reverse("gateway:deployment", args=[made.uuid]) in text_of(owner_client)


def test_it_shows_calls_as_they_were_logged(owner_client, host):
    now = datetime.now(UTC)
    seen = {"host": host, "node": node(), "first_seen": now, "last_seen": now}
    Sighting.objects.create(outcome="served", count=1200, **seen)
    Sighting.objects.create(outcome="refused", count=7, **seen)
    assert "1,200 served, 7 refused" in text_of(owner_client)


def test_it_shows_nothing_of_another_account(stranger_client, owner, proxy):
    text = text_of(stranger_client)
    assert "Orders" not in text
    assert "harbourline" not in text


def test_it_shows_a_reader_no_button(reader_client, proxy):
    assert reverse("gateway:plan") not in text_of(reader_client)


def test_it_sends_a_consumer_to_the_marketplace(owner_client, owner_user):
    owner_user.memberships.update(role=Role.CONSUMER)
    assert owner_client.get("/").url == reverse("marketplace:list")


def test_it_needs_no_more_queries_for_a_full_account(owner_client, owner, host, queries_of):
    def more(numbers):
        for number in numbers:
            create_proxy(
                actor=owner,
                name=f"P{number}",
                base_path=f"/p{number}",
                hosts=[host],
                target_url="http://a.test",
            )

    more(range(3))
    few = queries_of(lambda: owner_client.get("/"))
    more(range(3, 30))
    assert queries_of(lambda: owner_client.get("/")) == few


def test_it_draws_what_has_expired_as_such_then_what_ends_and_counts_the_rest():
    ending = [Ending(f"c{n}", "client", "", "", NOW + timedelta(days=n)) for n in (-1, *range(10, 130, 10))]
    drawn = timeline(ending, NOW)
    assert (len(drawn.marks), drawn.more) == (8, 5)
    assert [mark.tone for mark in drawn.marks] == ["over"] + ["soon"] * 2 + ["far"] * 5
    assert drawn.marks[0].x == LEFT
    assert drawn.marks[0].words == "client, expired yesterday"
    assert "c-1, client, expired on 21 Nov 2026" in drawn.words
    assert [name for _, name in drawn.months] == ["Dec", "Jan 2027", "Feb", "Mar", "Apr", "May"]
