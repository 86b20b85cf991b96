"""Going from one account to another."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Member
from accounts.permissions import Role


def switch(client, account):
    return client.post(reverse("accounts:switch", args=[account.uuid]))


def test_it_goes_on_in_another_account_of_the_person(owner_client, owner_user, other_account):
    Member.objects.create(account=other_account, user=owner_user, role=Role.AUDITOR)
    assert switch(owner_client, other_account).url == "/"
    assert "Who works in Elsewhere" in owner_client.get("/people/").content.decode()


def test_it_leads_nobody_into_an_account_of_others(owner_client, other_account):
    assert switch(owner_client, other_account).status_code == 404
    assert "Who works in Harbourline" in owner_client.get("/people/").content.decode()


def test_it_needs_a_post(owner_client, account):
    assert owner_client.get(reverse("accounts:switch", args=[account.uuid])).status_code == 405
