"""The pages of references: create, look before re-pointing, delete."""

import pytest
from django.urls import reverse

from certificates.models import Reference
from certificates.services.references import create_reference
from certificates.services.truststores import create_truststore

pytestmark = pytest.mark.django_db
LIST = reverse("certificates:references")


@pytest.fixture
def reference(owner, truststore):
    return create_reference(actor=owner, name="in-force", truststore=truststore)


def page(reference, name="reference"):
    return reverse(f"certificates:{name}", args=[reference.uuid])


def test_it_creates_a_reference(owner_client, truststore):
    owner_client.post(LIST, {"name": "in-force", "store": str(truststore.uuid)})
    assert Reference.objects.get(name="in-force").truststore == truststore


def test_it_points_to_no_truststore_of_another_account(owner_client, stranger):
    theirs = create_truststore(actor=stranger, name="theirs")
    answer = owner_client.post(LIST, {"name": "in-force", "store": str(theirs.uuid)})
    assert "store" in answer.context["form"].errors
    assert not Reference.objects.exists()


def test_it_names_the_field_of_a_taken_name(owner_client, reference, truststore):
    answer = owner_client.post(LIST, {"name": "in-force", "store": str(truststore.uuid)})
    assert "name" in answer.context["form"].errors


def test_it_shows_who_would_be_refused_before_it_is_pointed_elsewhere(owner, owner_client, reference):
    empty = create_truststore(actor=owner, name="empty")
    text = owner_client.get(page(reference, "reference_repoint"), {"to": empty.uuid}).content.decode()
    assert "0 added, 1 removed" in text


def test_it_points_elsewhere_when_the_name_was_typed(owner, owner_client, reference):
    other = create_truststore(actor=owner, name="other")
    url = f"{page(reference, 'reference_repoint')}?to={other.uuid}"
    owner_client.post(url, {"confirmation": "something"})
    reference.refresh_from_db()
    assert reference.truststore.name == "partners"
    owner_client.post(url, {"confirmation": "in-force"})
    reference.refresh_from_db()
    assert reference.truststore == other


def test_it_deletes_a_reference_when_the_name_was_typed(owner_client, reference):
    owner_client.post(page(reference, "reference_delete"), {"confirmation": "in-force"})
    assert not Reference.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("reader_client", 403), ("stranger_client", 404)])
def test_it_refuses_who_may_not_change(request, reference, who, status):
    client = request.getfixturevalue(who)
    answer = client.post(page(reference, "reference_delete"), {"confirmation": "in-force"})
    assert answer.status_code == status
    assert Reference.objects.exists()


def test_it_shows_a_reader_the_list_without_a_form(reader_client, reference):
    answer = reader_client.get(LIST)
    assert "ref://in-force" in answer.content.decode()
    assert answer.context["form"] is None
