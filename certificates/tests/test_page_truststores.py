"""The pages of truststores: who may see them, adding entries in two steps, what they say of a refusal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from certificates.models import Certificate, Truststore, Upload
from certificates.testing.hierarchy import ISSUING

pytestmark = pytest.mark.django_db
LIST = reverse("certificates:truststores")


def page(store, name="truststore", *more):
    return reverse(f"certificates:{name}", args=[store.uuid, *more])


def sent(client, worker, store, file, *identities):
    """Send the certificates to a truststore; returns the address where roles are given."""
    with worker():
        pem = "".join(identity.pem for identity in identities)
        answer = client.post(page(store, "entries_add"), {"files": [file("a.pem", pem)]})
    return answer["Location"]


def test_it_shows_the_owner_who_is_let_in(owner_client, truststore, partner):
    text = owner_client.get(page(truststore)).content.decode()
    assert "partner.example" in text
    assert "1 client" in text
    assert partner.fingerprint[:2] in text


def test_it_shows_an_expired_entry_as_expired_and_lets_nobody_in_by_it(owner_client, truststore):
    Certificate.objects.filter(entries__isnull=False).update(not_after=datetime.now(UTC) - timedelta(days=3))
    text = owner_client.get(page(truststore)).content.decode()
    assert "expired" in text
    assert "nobody is let in, 1 expired" in text
    assert "1 client" not in text


def test_it_does_not_show_a_stranger_that_it_exists(stranger_client, truststore):
    assert stranger_client.get(page(truststore)).status_code == 404


@pytest.mark.parametrize("address", ["truststore_new", "upload_new"])
def test_it_refuses_a_reader_what_changes_something(reader_client, address):
    assert reader_client.get(reverse(f"certificates:{address}")).status_code == 403


def test_it_shows_a_reader_no_button_that_would_be_refused(reader_client, truststore):
    text = reader_client.get(page(truststore)).content.decode()
    assert page(truststore, "entries_add") not in text


def test_it_creates_a_truststore(owner_client):
    answer = owner_client.post(reverse("certificates:truststore_new"), {"name": "orders-clients"})
    assert answer["Location"] == page(Truststore.objects.get(name="orders-clients"))


def test_it_keeps_what_was_typed_and_names_the_field(owner_client, truststore):
    given = {"name": truststore.name, "description": "the same again"}
    answer = owner_client.post(reverse("certificates:truststore_new"), given)
    assert "name" in answer.context["form"].errors
    assert "the same again" in answer.content.decode()


def test_it_imports_what_got_a_role_and_nothing_else(owner_client, worker, file, truststore, partner):
    where = sent(owner_client, worker, truststore, file, partner, ISSUING)
    owner_client.post(where, {f"role-{ISSUING.fingerprint}": "anchor", f"role-{partner.fingerprint}": ""})
    truststore.refresh_from_db()
    roles = dict(truststore.current.entries.values_list("certificate__fingerprint", "role"))
    assert roles == {partner.fingerprint: "client", ISSUING.fingerprint: "anchor"}


def test_it_says_what_was_kept_when_nothing_got_a_role(owner_client, worker, file, truststore, partner):
    where = sent(owner_client, worker, truststore, file, partner)
    answer = owner_client.post(where, {f"role-{partner.fingerprint}": "", "note": "my reason"})
    text = answer.content.decode()
    assert "Nothing was changed" in text
    assert "my reason" in text


def test_it_lets_nobody_give_a_leaf_the_role_of_a_ca(owner_client, worker, file, truststore, partner):
    where = sent(owner_client, worker, truststore, file, partner)
    answer = owner_client.post(where, {f"role-{partner.fingerprint}": "anchor"})
    assert answer.status_code == 200
    truststore.refresh_from_db()
    assert truststore.current.number == 2


def test_it_keeps_nothing_of_a_private_key(owner_client, file, truststore, partner):
    answer = owner_client.post(page(truststore, "entries_add"), {"files": [file("a.pem", partner.key_pem)]})
    assert "holds a private key" in answer.content.decode()
    assert not Upload.objects.exists()


def test_it_takes_as_many_queries_for_many_as_for_few(owner_client, owner, queries_of):
    from certificates.services.truststores import create_truststore

    for number in range(3):
        create_truststore(actor=owner, name=f"few-{number}")
    few = queries_of(lambda: owner_client.get(LIST))
    for number in range(27):
        create_truststore(actor=owner, name=f"many-{number}")
    assert queries_of(lambda: owner_client.get(LIST)) == few


def test_it_finds_a_truststore_by_the_fingerprint_of_an_entry(owner_client, truststore, partner):
    answer = owner_client.get(LIST, {"q": partner.fingerprint[:16].upper()})
    assert [store.name for store in answer.context["page"]] == ["partners"]
