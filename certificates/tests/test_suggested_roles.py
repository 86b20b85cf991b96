"""An intermediate is suggested where it is of use: below an anchor of the truststore in view."""

import pytest

from certificates.pki.roles import Role
from certificates.reports import report_of
from certificates.services.truststores import NewEntry, add_version, create_truststore
from certificates.suggestions import anchors_of, suggestions
from certificates.testing.builder import make
from certificates.tests.waiving import NOW, SPAN, certificate_of, sent

pytestmark = pytest.mark.django_db
TOP = make("Suggesting Root", ca=True, **SPAN)
MIDDLE = make("Suggesting Issuer", TOP, ca=True, **SPAN)
LEAF = make("suggested.partner.example", MIDDLE, **SPAN)


def suggested(owner, store, *identities):
    found = suggestions(report_of(sent(owner, *identities)).lines, anchors_of(store))
    return [found[identity.fingerprint] for identity in identities]


@pytest.fixture
def trusting(owner):
    store = create_truststore(actor=owner, name="trusting")
    entry = NewEntry(certificate_of(owner, TOP), Role.ANCHOR)
    add_version(actor=owner, store=store, entries=[entry], at=NOW)
    store.refresh_from_db()
    return store


def test_it_leaves_cas_out_as_long_as_nothing_leads_to_an_anchor(owner):
    assert suggested(owner, None, LEAF, MIDDLE, TOP) == ["client", "", ""]


def test_it_suggests_an_intermediate_below_an_anchor_that_the_store_has(owner, trusting):
    assert suggested(owner, trusting, LEAF, MIDDLE, TOP) == ["client", "intermediate", ""]


def test_it_sees_the_anchor_also_when_it_was_not_sent(owner, trusting):
    assert suggested(owner, trusting, LEAF, MIDDLE) == ["client", "intermediate"]


def test_it_is_not_deceived_by_a_name(owner, trusting):
    twin = make("Suggesting Root", ca=True, key=LEAF.key, **SPAN)
    assert suggested(owner, trusting, make("Odd Issuer", twin, ca=True, **SPAN)) == [""]
