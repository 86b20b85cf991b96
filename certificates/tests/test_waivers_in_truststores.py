"""What is waived may get a role; when the waiver is over, no new version may hold it."""

from datetime import timedelta

import pytest

from certificates import selectors
from certificates.pki.roles import Role
from certificates.services import truststores, waivers
from certificates.testing.builder import make
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, NOW, SPAN, anchored, certificate_of, sent, waived
from common.errors import DomainError

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=40)


@pytest.fixture
def store(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    return truststores.create_truststore(actor=owner, name="clients")


def add(owner, store, *entries, at=NOW):
    return truststores.add_version(actor=owner, store=store, entries=entries, at=at)


def other(owner, name="other.partner.example"):
    return truststores.NewEntry(certificate_of(owner, make(name, **SPAN)), Role.CLIENT)


def refusal(*arguments, **more):
    with pytest.raises(DomainError) as raised:
        add(*arguments, **more)
    return raised.value.message


def test_it_takes_no_entry_that_is_not_waived(owner, store):
    assert "A CA key of the kind" in refusal(owner, store, anchored(owner))


def test_it_takes_the_entry_that_is_waived(owner, store):
    waived(owner)
    assert add(owner, store, anchored(owner)).entries.count() == 1


def test_it_takes_no_new_version_once_the_waiver_has_ended(owner, store):
    waived(owner)
    version = add(owner, store, anchored(owner))
    said = refusal(owner, store, other(owner), at=LATER)
    assert "Harbour Edwards CA" in said
    assert "The waiver of CA_KEY_TYPE ended on" in said
    assert "Waive it anew, or take the certificate out." in said
    store.refresh_from_db()
    assert store.current == version  # what is in force stays


def test_it_takes_no_new_version_once_the_waiver_is_withdrawn(owner, store):
    waiver = waived(owner)
    add(owner, store, anchored(owner))
    waivers.withdraw(actor=owner, waiver=waiver, at=NOW)
    assert "was withdrawn on" in refusal(owner, store, other(owner))


def test_it_makes_no_older_version_current_that_holds_it(owner, store):
    waiver = waived(owner)
    old = add(owner, store, anchored(owner), other(owner))
    entry = old.entries.get(certificate__fingerprint=NEEDLESS_CA.fingerprint)
    truststores.remove_entry(actor=owner, store=store, entry=entry, at=NOW)
    waivers.withdraw(actor=owner, waiver=waiver, at=NOW)
    with pytest.raises(DomainError, match="was withdrawn on"):
        truststores.activate_version(actor=owner, version=old, at=NOW)


def test_it_goes_on_once_it_is_waived_anew(owner, store):
    waived(owner)
    add(owner, store, anchored(owner))
    waived(owner, at=LATER, until=(LATER + timedelta(days=30)).date())
    assert add(owner, store, other(owner), at=LATER).entries.count() == 2


def test_it_can_be_taken_out_also_beside_another_that_is_over(owner, store):
    second = make("Harbour Edwards CA 2", key=NEEDLESS_CA.key, ca=True, **SPAN)
    sent(owner, make("second.partner.example", second, **SPAN), second)
    for identity in (NEEDLESS_CA, second):
        waived(owner, identity)
    version = add(owner, store, anchored(owner), anchored(owner, second), other(owner))
    entry = version.entries.get(certificate__fingerprint=NEEDLESS_CA.fingerprint)
    left = truststores.remove_entry(actor=owner, store=store, entry=entry, at=LATER)
    assert left.entries.count() == 2


def test_it_keeps_a_sound_entry_from_being_taken_out_meanwhile(owner, store):
    waived(owner)
    version = add(owner, store, anchored(owner), other(owner))
    entry = version.entries.get(role="client")
    with pytest.raises(DomainError, match="Waive it anew"):
        truststores.remove_entry(actor=owner, store=store, entry=entry, at=LATER)


def test_it_minds_only_waivers_on_which_a_version_in_force_rests(owner, store):
    waiver = waived(owner)
    soon = {"within": timedelta(days=30)}
    assert selectors.waivers_to_mind(owner.account, NOW + timedelta(days=5), **soon) == []
    add(owner, store, anchored(owner))
    assert selectors.waivers_to_mind(owner.account, NOW - timedelta(days=5), **soon) == []
    assert selectors.waivers_to_mind(owner.account, NOW + timedelta(days=5), **soon) == [waiver]
    assert selectors.waivers_to_mind(owner.account, LATER, **soon) == [waiver]
