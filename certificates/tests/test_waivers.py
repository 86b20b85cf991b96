"""A needless refusal is waived by a person, with a reason, until a day; nothing else is."""

from datetime import timedelta

import pytest

from accounts.actors import machine
from accounts.models import AuditEntry
from accounts.services import create_service_key
from certificates.models import Waiver
from certificates.services import waived as lifted
from certificates.services import waivers
from certificates.testing.builder import SERVER, make
from certificates.tests.waiving import (
    CLIENT,
    NEEDLESS_CA,
    NOW,
    SHUT_OUT,
    SPAN,
    UNUSABLE_CA,
    sent,
    stands,
    waived,
)
from common.errors import Conflict, DomainError, Forbidden

pytestmark = pytest.mark.django_db


def refused(owner, *identities, **changes):
    with pytest.raises(DomainError) as refusal:
        waived(owner, *identities, **changes)
    assert not Waiver.objects.exists()
    return refusal.value.code, refusal.value.field


def test_it_lifts_the_refusal_of_the_upload(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    assert not stands(upload).accepted
    waived(owner)
    assert stands(upload).accepted


def test_it_counts_for_what_is_sent_later(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    waived(owner)
    assert stands(sent(owner, CLIENT, NEEDLESS_CA)).accepted


def test_it_marks_the_findings_that_may_be_waived(owner):
    assert sent(owner, CLIENT, NEEDLESS_CA).findings.get(severity="error").waivable
    assert not sent(owner, SHUT_OUT, UNUSABLE_CA).findings.get(severity="error").waivable


def test_it_waives_nothing_that_the_gateway_would_refuse_all_the_same(owner):
    sent(owner, SHUT_OUT, UNUSABLE_CA)
    assert refused(owner, UNUSABLE_CA) == ("not_waivable", "code")


@pytest.mark.parametrize(
    ("changes", "code"), [({"sha1": True}, "HASH_WEAK"), ({"eku": (SERVER,)}, "EKU_LEAF")]
)
def test_it_never_waives_a_hole(owner, changes, code):
    leaf = make("weak.partner.example", make("Harbour Sound CA", ca=True, **SPAN), **SPAN, **changes)
    assert sent(owner, leaf).findings.filter(code=code, severity="error").exists()
    with pytest.raises(DomainError, match="is a hole"):
        waived(owner, leaf, code=code)


def test_it_waives_nothing_that_the_judge_does_not_say(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    assert refused(owner, code="RSA_SHORT") == ("not_waivable", "code")


@pytest.mark.parametrize("reason", ["", "  ", "just because", "x"])
def test_it_wants_a_reason_of_some_words(owner, reason):
    sent(owner, CLIENT, NEEDLESS_CA)
    assert refused(owner, reason=reason) == ("reason_missing", "reason")


@pytest.mark.parametrize(("days", "code"), [(-1, "day_past"), (201, "day_after_end"), (367, "day_too_far")])
def test_it_ends_on_a_day_that_makes_sense(owner, days, code):
    sent(owner, CLIENT, NEEDLESS_CA)
    assert refused(owner, until=(NOW + timedelta(days=days)).date()) == (code, "until")


def test_it_never_lasts_longer_than_the_certificate(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    assert waived(owner, until=SPAN["end"].date()).until == SPAN["end"]


def test_it_is_nothing_for_a_service_key(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    key = create_service_key(actor=owner, name="pipeline", scopes=["certificates:change"]).key
    key.scopes = [*key.scopes, "certificates:waive"]
    with pytest.raises(Forbidden, match="Only a person"):
        waived(machine(key, key.scopes))


def test_it_is_no_scope_of_a_service_key(owner):
    with pytest.raises(DomainError, match="Unknown: certificates:waive"):
        create_service_key(actor=owner, name="pipeline", scopes=["certificates:waive"])


def test_it_replaces_the_one_before(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    first = waived(owner)
    second = waived(owner, until=(NOW + timedelta(days=90)).date())
    first.refresh_from_db()
    assert first.withdrawn_at == NOW
    assert [waiver.until for waiver in lifted.in_force(owner.account.pk, NOW)] == [second.until]


def test_it_refuses_the_upload_again_once_it_is_withdrawn(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    waiver = waived(owner)
    waivers.withdraw(actor=owner, waiver=waiver, at=NOW)
    assert (stands(upload).accepted, waiver.withdrawn_by) == (False, owner.label)
    with pytest.raises(Conflict):
        waivers.withdraw(actor=owner, waiver=waiver, at=NOW)


def test_it_is_written_into_the_audit_trail(owner):
    sent(owner, CLIENT, NEEDLESS_CA)
    waivers.withdraw(actor=owner, waiver=waived(owner), at=NOW)
    entries = AuditEntry.objects.filter(action__startswith="waiver:").order_by("pk")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("waiver:granted", owner.label),
        ("waiver:withdrawn", owner.label),
    ]
    assert entries[0].details["reason"] == "They renew their CA in spring."
