"""Truststore versions are immutable, and none that is unsafe or useless becomes current."""

from datetime import UTC, datetime

import pytest

from certificates.models import TruststoreVersion
from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, activate_version, add_version, create_truststore
from certificates.testing.hierarchy import EXPIRED, ISSUING, PARTNER, ROOT
from common.errors import Conflict, DomainError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def store(owner):
    return create_truststore(actor=owner, name="clients")


def entry(owner, identity, role):
    return NewEntry(remember(owner.account, Certificate.from_der(identity.der)), role)


def add(owner, store, *entries, **more):
    return add_version(actor=owner, store=store, entries=entries, at=NOW, **more)


def test_it_starts_with_an_empty_version_that_trusts_nobody(store):
    assert (store.current.number, store.current.entries.count()) == (1, 0)


def test_it_keeps_what_is_there_and_leaves_old_versions_as_they_were(owner, store):
    add(owner, store, entry(owner, PARTNER, Role.CLIENT))
    version = add(owner, store, entry(owner, ISSUING, Role.ANCHOR))
    store.refresh_from_db()
    assert store.current == version
    assert sorted(row.role for row in version.entries.all()) == ["anchor", "client"]
    assert TruststoreVersion.objects.get(number=2).entries.count() == 1


@pytest.mark.parametrize(
    ("identity", "role"), [(PARTNER, Role.ANCHOR), (ROOT, Role.CLIENT), (EXPIRED, Role.CLIENT)]
)
def test_it_refuses_a_certificate_in_a_role_that_it_cannot_have(owner, store, identity, role):
    with pytest.raises(DomainError) as refusal:
        add(owner, store, entry(owner, identity, role))
    assert refusal.value.code == "truststore_unfit"
    store.refresh_from_db()
    assert store.current.number == 1


def test_it_says_when_nothing_would_change(owner, store):
    add(owner, store, entry(owner, PARTNER, Role.CLIENT))
    with pytest.raises(Conflict) as refusal:
        add(owner, store, entry(owner, PARTNER, Role.CLIENT))
    assert refusal.value.code == "no_change"


def test_it_rolls_back_by_making_an_older_version_current(owner, store):
    first = add(owner, store, entry(owner, PARTNER, Role.CLIENT))
    add(owner, store, entry(owner, ISSUING, Role.ANCHOR))
    activate_version(actor=owner, version=first, at=NOW)
    store.refresh_from_db()
    assert store.current == first


def test_it_does_not_roll_back_to_a_version_that_refuses_everybody(owner, store):
    empty = store.current
    add(owner, store, entry(owner, PARTNER, Role.CLIENT))
    with pytest.raises(DomainError):
        activate_version(actor=owner, version=empty, at=NOW)
