"""A client whose certificate the gateway would refuse is found before anybody is locked out."""

from datetime import UTC, datetime

import pytest

from accounts.models import SeverityProfile
from certificates.pki.certificate import Certificate
from certificates.pki.codes import Profile
from certificates.pki.roles import Role
from certificates.services import uploads, verdicts
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version, create_truststore
from certificates.testing.hierarchy import PARTNER, STRANGER_ROOT
from common.errors import DomainError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def upload(account):
    sent = uploads.receive(account=account, sender="Partner", files=[("client.pem", PARTNER.pem.encode())])
    uploads.judge_upload(upload=sent, at=NOW)
    sent.refresh_from_db()
    return sent


def version(owner, identity, role):
    entry = NewEntry(remember(owner.account, Certificate.from_der(identity.der)), role)
    store = create_truststore(actor=owner, name="clients")
    return add_version(actor=owner, store=store, entries=[entry], at=NOW)


def test_it_has_the_profiles_of_the_judge():
    assert set(SeverityProfile.values) == {profile.value for profile in Profile}


def test_it_passes_a_client_that_is_pinned(owner):
    verdicts.check_entry_to(version(owner, PARTNER, Role.CLIENT), upload(owner.account), NOW)


def test_it_refuses_a_truststore_that_keeps_every_client_of_the_upload_out(owner):
    with pytest.raises(DomainError) as refusal:
        verdicts.check_entry_to(version(owner, STRANGER_ROOT, Role.ANCHOR), upload(owner.account), NOW)
    assert refusal.value.code == "gateway_refuses"
    assert "the gateway would refuse it" in refusal.value.message
