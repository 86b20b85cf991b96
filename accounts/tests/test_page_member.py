"""One person's page: another role, the link again, removal."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry, Member


def url(name: str, user) -> str:
    return reverse(f"accounts:{name}", args=[Member.objects.get(user=user).uuid])


def test_it_changes_a_role(owner_client, reader_user):
    owner_client.post(url("member", reader_user), {"role": "developer"})
    assert Member.objects.get(user=reader_user).role == "developer"


def test_it_keeps_the_last_administrator(owner_client, owner_user):
    page = owner_client.post(url("member", owner_user), {"role": "auditor"})
    assert "The last administrator must stay" in page.content.decode()
    assert Member.objects.get(user=owner_user).role == "administrator"


def test_it_removes_nobody_before_the_address_is_typed(owner_client, reader_user):
    page = owner_client.post(url("member_remove", reader_user), {"confirmation": "reader"})
    assert "Type reader@harbourline.test to confirm" in page.content.decode()
    assert Member.objects.filter(user=reader_user).exists()


def test_it_removes_a_person_after_the_address_is_typed(owner_client, reader_user, reader_client):
    owner_client.post(url("member_remove", reader_user), {"confirmation": "reader@harbourline.test"})
    assert AuditEntry.objects.filter(action="member:removed").exists()
    assert reader_client.get("/people/").status_code == 404


def test_it_does_not_remove_the_last_administrator(owner_client, owner_user):
    page = owner_client.post(url("member_remove", owner_user), {"confirmation": "owner@harbourline.test"})
    assert "The last administrator must stay" in page.content.decode()
    assert Member.objects.filter(user=owner_user).exists()


def test_it_sends_the_link_again_to_a_person_without_a_password(owner_client, reader_user):
    owner_client.post(url("member_link", reader_user))
    assert mail.outbox[0].to == ["reader@harbourline.test"]


def test_it_sends_no_link_to_a_person_with_a_password(owner_client, reader_user):
    reader_user.set_password("a-long-harbour-word")
    reader_user.save()
    assert owner_client.post(url("member_link", reader_user)).status_code == 409
    assert not mail.outbox


@pytest.mark.parametrize("name", ["member", "member_remove"])
def test_it_is_not_there_for_a_stranger_and_refused_to_a_reader(
    name, stranger_client, reader_client, reader_user
):
    assert stranger_client.get(url(name, reader_user)).status_code == 404
    assert reader_client.get(url(name, reader_user)).status_code == 403


def test_it_refuses_to_send_links_for_others(stranger_client, reader_client, reader_user):
    assert stranger_client.post(url("member_link", reader_user)).status_code == 404
    assert reader_client.post(url("member_link", reader_user)).status_code == 403
    assert not mail.outbox
