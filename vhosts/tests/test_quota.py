"""How many hosts an account may have."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from common.errors import Conflict
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db


def _create(owner, alias):
    return submit(actor=owner, wish=Wish(Operation.CREATE, alias)).host


def test_three_beside_the_default_host_are_the_usual_number():
    call_command("onboard_account", "A", subdomain="a", domain="a.test", administrator="a@a.test")
    assert VirtualHost.objects.get(name="default.a.test").account.host_quota == 3


def test_it_is_raised_by_whoever_runs_the_installation(owner, capsys):
    call_command("set_host_quota", "harbourline", "1")
    first = _create(owner, "one")
    with pytest.raises(Conflict, match="its quota is 1"):
        _create(owner, "two")
    call_command("set_host_quota", "harbourline", "2")
    _create(owner, "two")
    assert AuditEntry.objects.filter(action="account:host_quota_changed").count() == 2
    submit(actor=owner, wish=Wish(Operation.DELETE, "", host=str(first.uuid)))
    _create(owner, "three")


def test_it_refuses_nonsense(account):
    for arguments in (("nobody", "3"), ("harbourline", "-1"), ("harbourline", "many")):
        with pytest.raises(CommandError):
            call_command("set_host_quota", *arguments)


def test_the_page_and_the_api_say_how_many(owner, owner_client, owner_api, host):
    assert "1 of 100 beside the default host" in " ".join(
        owner_client.get("/hosts/").content.decode().split()
    )
    assert owner_api.get("/api/v1/account/").json()["account"]["host_quota"] == 100
