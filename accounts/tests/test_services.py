"""People and service keys of an account."""

import pytest

from accounts.access import choose_account, get_member, get_service_key
from accounts.actors import machine
from accounts.models import AuditEntry, Member, SeverityProfile
from accounts.permissions import PERMISSIONS, Role, granted_to
from accounts.services import (
    add_member,
    change_role,
    create_service_key,
    remove_member,
    revoke_service_key,
    set_severity_profile,
)
from common.errors import Conflict, DomainError, Forbidden, NotFound


def test_it_gives_every_permission_to_somebody_and_all_to_the_administrator():
    assert granted_to(Role.ADMINISTRATOR) == frozenset(PERMISSIONS)
    assert granted_to(Role.CONSUMER) == {"marketplace:read"}
    assert granted_to("nobody") == frozenset()


def test_it_lets_an_auditor_read_and_change_nothing():
    assert all(code.endswith(":read") for code in granted_to(Role.AUDITOR))


def test_it_keeps_the_last_administrator(owner):
    me = Member.objects.get(account=owner.account)
    with pytest.raises(Conflict):
        change_role(actor=owner, member=me, role=Role.AUDITOR)
    with pytest.raises(Conflict):
        remove_member(actor=owner, member=me)


def test_it_adds_a_person_once(owner):
    add_member(actor=owner, email="New@Harbourline.test", full_name="New", role=Role.DEVELOPER)
    with pytest.raises(Conflict) as refusal:
        add_member(actor=owner, email="new@harbourline.test", full_name="New", role=Role.AUDITOR)
    assert refusal.value.field == "email"


def test_it_shows_a_secret_once_and_stores_it_hashed(owner):
    new = create_service_key(actor=owner, name="pipeline", scopes=["hosts:read"])
    new.key.refresh_from_db()
    assert new.client_secret not in new.key.client_secret
    assert new.client_secret not in repr(new)
    assert new.client_secret not in str(list(AuditEntry.objects.values()))


def test_it_refuses_a_scope_that_does_not_exist_or_is_not_ones_own(owner, reader):
    for actor, scope in ((owner, "hosts:destroy"), (reader, "hosts:request")):
        with pytest.raises(DomainError) as refusal:
            create_service_key(actor=actor, name="x", scopes=[scope])
        assert refusal.value.field == "scopes"


def test_it_gives_a_machine_no_more_than_its_key_has_today(owner):
    key = create_service_key(actor=owner, name="x", scopes=["hosts:read"]).key
    assert machine(key, ["hosts:read", "hosts:request"]).permissions == {"hosts:read"}


def test_it_revokes_a_key_once(owner):
    key = create_service_key(actor=owner, name="x", scopes=["hosts:read"]).key
    revoke_service_key(actor=owner, key=key)
    assert not key.is_usable(None)
    with pytest.raises(Conflict):
        revoke_service_key(actor=owner, key=key)


def test_it_hides_people_and_keys_from_a_stranger(owner, stranger):
    key = create_service_key(actor=owner, name="x", scopes=["hosts:read"]).key
    with pytest.raises(NotFound):
        get_service_key(stranger, key.uuid)
    with pytest.raises(NotFound):
        get_member(stranger, Member.objects.get(account=owner.account).uuid, to="account:read")


def test_it_names_who_could_do_what_one_may_not(reader):
    with pytest.raises(Forbidden) as refusal:
        reader.require("hosts:request")
    assert "Administrator, Processor" in refusal.value.message


def test_it_switches_only_to_an_account_of_ones_own(rf, owner, owner_user, other_account):
    request = rf.get("/")
    request.user, request.session = owner_user, {}
    choose_account(request, owner.account.uuid)
    with pytest.raises(NotFound):
        choose_account(request, other_account.uuid)
    assert request.session["account"] == str(owner.account.uuid)


def test_it_speaks_of_profiles_in_the_words_of_the_judge(owner):
    assert set(SeverityProfile.values) == {"strict", "level2", "lenient"}
    set_severity_profile(actor=owner, profile="level2")
    assert owner.account.severity_profile == "level2"
    with pytest.raises(DomainError) as refusal:
        set_severity_profile(actor=owner, profile="none")
    assert refusal.value.field == "severity_profile"
