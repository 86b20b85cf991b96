"""The pages before a truststore changes: what it would do, the name typed, and the way back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.testing.hierarchy import ISSUING

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(owner, truststore):
    """Version 2 pins the partner, version 3 adds an anchor."""
    issuing = remember(owner.account, Certificate.from_der(ISSUING.der))
    entries = [NewEntry(issuing, Role.ANCHOR)]
    add_version(actor=owner, store=truststore, entries=entries, at=datetime.now(UTC))
    truststore.refresh_from_db()
    return truststore


def activate(store, number):
    return reverse("certificates:activate", args=[store.uuid, number])


def removal(store, role):
    entry = store.current.entries.get(role=role)
    return reverse("certificates:entry_remove", args=[store.uuid, entry.uuid]), entry


def current(store):
    store.refresh_from_db()
    return store.current


def test_it_shows_what_a_version_added(owner_client, store):
    answer = owner_client.get(reverse("certificates:version", args=[store.uuid, 3]))
    assert answer.context["change"].summary == "1 added, 0 removed, 1 unchanged"


def test_it_says_who_would_be_refused_before_going_back(owner_client, store):
    text = owner_client.get(activate(store, 2)).content.decode()
    assert "every client issued by Harbour Issuing CA will be refused" in text


def test_it_goes_back_when_the_name_was_typed(owner_client, store):
    owner_client.post(activate(store, 2), {"confirmation": store.name})
    assert current(store).number == 2


def test_it_changes_nothing_for_another_name(owner_client, store):
    answer = owner_client.post(activate(store, 2), {"confirmation": "another"})
    assert "Nothing was changed" in answer.content.decode()
    assert current(store).number == 3


def test_it_takes_one_entry_out_as_a_new_version(owner_client, store):
    url, entry = removal(store, "anchor")
    owner_client.post(url, {"confirmation": entry.alias})
    assert current(store).number == 4
    assert [left.role for left in current(store).entries.all()] == ["client"]


def test_it_says_that_nobody_enters_by_an_expired_entry_that_goes(owner_client, store):
    url, entry = removal(store, "anchor")
    before = owner_client.get(url).content.decode()
    assert "every client issued by Harbour Issuing CA will be refused" in before
    entry.certificate.not_after = datetime.now(UTC) - timedelta(days=1)
    entry.certificate.save()
    after = owner_client.get(url).content.decode()
    assert "every client issued by" not in after
    assert "nobody enters by it today" in after


def test_it_refuses_to_take_out_the_last_way_in(owner_client, truststore):
    url, entry = removal(truststore, "client")
    page = owner_client.get(url).content.decode()
    assert "This entry cannot be removed as things are" in page
    assert "data-confirm" not in page
    answer = owner_client.post(url, {"confirmation": entry.alias})
    assert "No entry of this truststore lets anyone in" in answer.content.decode()
    assert current(truststore).number == 2


def test_it_says_before_that_an_empty_version_cannot_be_put_in_force(owner_client, truststore):
    page = owner_client.get(activate(truststore, 1)).content.decode()
    assert "This version cannot be put in force as things are" in page
    assert "No entry of this truststore lets anyone in" in page
    assert "data-confirm" not in page


def test_it_takes_out_nothing_of_a_version_that_is_over(owner_client, store):
    url, entry = removal(store, "anchor")
    owner_client.post(activate(store, 2), {"confirmation": store.name})
    assert owner_client.post(url, {"confirmation": entry.alias}).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("reader_client", 403), ("stranger_client", 404)])
def test_it_refuses_who_may_not_change(request, store, who, status):
    client = request.getfixturevalue(who)
    url, entry = removal(store, "anchor")
    assert client.post(activate(store, 2), {"confirmation": store.name}).status_code == status
    assert client.post(url, {"confirmation": entry.alias}).status_code == status
    assert current(store).number == 3
