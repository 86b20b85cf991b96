"""The pages of the queue: its list, and raising an incident."""

import pytest
from django.core import mail
from django.urls import reverse

from incidents.models import Incident
from incidents.services import raising
from incidents.tests.cast import raised, ticket, uploaded

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("incidents:list"), reverse("incidents:new")


def details(account, **changes):
    return {
        "host_alias": "partners",
        "subdomain": account.subdomain,
        "account_id": str(account.uuid),
        "two_way_ssl": "Enabled",
        "email": "mtls@partner.test",
        "partner": "Partner",
    } | changes


def test_it_raises_an_incident_and_mails_the_link(owner_client, worker, host):
    with worker():
        answer = owner_client.post(NEW, details(host.account))
    incident = Incident.objects.get()
    assert answer["Location"] == reverse("incidents:detail", args=[incident.uuid])
    assert mail.outbox[0].to == ["mtls@partner.test"]


def test_it_knows_the_account_already(owner_client, host):
    form = owner_client.get(NEW, {"host": "partners"}).context["form"]
    assert form["subdomain"].value() == "harbourline"
    assert form["account_id"].value() == str(host.account.uuid)
    assert form["host_alias"].value() == "partners"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("subdomain", "elsewhere"),
        ("account_id", "1"),
        ("email", "nobody"),
        ("partner", ""),
        ("host_alias", "default"),
        ("two_way_ssl", "Disabled"),
    ],
)
def test_it_keeps_what_was_typed_and_names_the_field(owner_client, host, field, wrong):
    given = details(host.account, description="We go live in March.") | {field: wrong}
    answer = owner_client.post(NEW, given)
    assert field in answer.context["form"].errors
    assert "We go live in March." in answer.content.decode()
    assert not Incident.objects.exists()


def test_it_offers_no_default_host(owner_client, host):
    choices = owner_client.get(NEW).context["form"].fields["host_alias"].choices
    assert [value for value, _ in choices] == ["", "partners"]


def test_it_says_what_to_do_without_an_additional_host(owner_client):
    assert "Request an additional host first" in owner_client.get(NEW).content.decode()


def test_it_lists_what_is_open_and_finds_by_partner(owner, owner_client, host):
    kept = raised(owner)
    raising.withdraw(actor=owner, incident=raised(owner), reason="twice")
    assert list(owner_client.get(LIST).context["page"]) == [kept]
    assert len(owner_client.get(LIST, {"status": "all"}).context["page"]) == 2
    assert not list(owner_client.get(LIST, {"status": "ours"}).context["page"])
    assert not list(owner_client.get(LIST, {"q": "Somebody"}).context["page"])


def test_it_takes_as_many_queries_for_many_as_for_few(owner, owner_client, host, queries_of):
    def raise_some(count):
        for _ in range(count):
            raising.raise_incident(actor=owner, ticket=ticket(owner.account))

    raise_some(3)
    few = queries_of(lambda: owner_client.get(LIST))
    raise_some(27)
    assert queries_of(lambda: owner_client.get(LIST)) == few


def test_it_lets_a_reader_look_and_not_raise(reader_client, owner, host):
    raised(owner)
    assert NEW not in reader_client.get(LIST).content.decode()
    assert reader_client.get(NEW).status_code == 403
    assert reader_client.post(NEW, details(host.account)).status_code == 403


def test_it_shows_a_stranger_nothing(stranger_client, owner, host):
    raised(owner)
    assert not list(stranger_client.get(LIST, {"status": "all"}).context["page"])


def test_it_says_since_when_it_is_somebodys_turn(owner, host, worker, partner):
    incident = raised(owner)
    before = incident.changed_at
    uploaded(worker, incident, partner)
    assert incident.changed_at > before
