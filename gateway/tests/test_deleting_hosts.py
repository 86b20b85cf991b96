"""Deleting a host: by request, when nothing needs it, and without losing its history."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from catalog.services import create_proxy
from certificates.models import Truststore
from common.errors import Conflict
from gateway import compiling
from gateway.models import Deployment
from vhosts.lifecycle import Operation
from vhosts.models import HostRequest, VirtualHost
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/host-requests/"


def _delete(actor, host):
    return submit(actor=actor, wish=Wish(Operation.DELETE, "", host=str(host.uuid)))


def test_it_deletes_a_host_and_keeps_its_history(owner, owner_api, owner_client, host):
    answer = owner_api.post(REQUESTS, {"operation": "DELETE", "host": str(host.uuid)})
    assert (answer.status_code, answer.json()["status"]) == (201, "completed")
    assert owner_api.get(f"/api/v1/hosts/{host.uuid}/").status_code == 404
    assert answer.json()["wish"]["alias"] == "partners"
    assert [r.operation for r in HostRequest.objects.filter(host=host)] == ["DELETE", "CREATE"]
    assert AuditEntry.objects.get(action="host:deleted").details["name"] == "partners.harbourline.test"
    page = owner_client.get(reverse("vhosts:detail", args=[host.uuid])).content.decode()
    assert "until the next deployment" in page
    assert "partners.harbourline.test" in owner_client.get(reverse("vhosts:list")).content.decode()


def test_its_truststore_and_reference_are_free_again(owner, host, truststore):
    wish = Wish(Operation.UPDATE, "", host=str(host.uuid), client_auth="required", trust="partners")
    submit(actor=owner, wish=wish)
    _delete(owner, host)
    assert not Truststore.objects.get(pk=truststore.pk).hosts.exists()


def test_the_default_host_stays(owner):
    with pytest.raises(Conflict, match="default host"):
        _delete(owner, VirtualHost.objects.get(account=owner.account, is_default=True))


def test_a_host_with_a_draft_stays(owner, owner_client, host):
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:1")
    with pytest.raises(Conflict, match="Orders"):
        _delete(owner, host)
    failed = HostRequest.objects.get(status="failed")
    assert (failed.operation, failed.wish["alias"]) == ("DELETE", "partners")
    page = owner_client.get(reverse("vhosts:delete", args=[host.uuid])).content.decode()
    assert "Orders" in page
    assert 'name="confirmation"' not in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("live", "still serves an API"),
        ("canary", "still serves an API"),
        ("superseded", "Going back to deployment 1"),
    ],
)
def test_a_host_that_a_deployment_serves_stays(owner, host, status, words):
    proxy = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:1"
    )
    compiled = compiling.compile_account(owner.account, timezone.now(), live=None).to_json()
    old = Deployment.objects.create(account=owner.account, number=1, status=status, compiled=compiled)
    old.moves.create(old="delivering", new="live", actor="Portal")
    proxy.delete()
    with pytest.raises(Conflict, match=words):
        _delete(owner, host)


def test_a_host_that_a_planned_way_back_would_serve_stays(owner, host):
    proxy = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:1"
    )
    compiled = compiling.compile_account(owner.account, timezone.now(), live=None).to_json()
    old = Deployment.objects.create(account=owner.account, number=1, status="superseded", compiled=compiled)
    Deployment.objects.create(
        account=owner.account, number=2, status="ready", compiled=compiled, goes_back_to=old
    )
    proxy.delete()
    with pytest.raises(Conflict, match="Deployment 2 is planned and goes back"):
        _delete(owner, host)


def test_only_the_last_five_deployments_keep_a_host(owner, host):
    proxy = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:1"
    )
    compiled = compiling.compile_account(owner.account, timezone.now(), live=None).to_json()
    proxy.delete()
    empty = compiling.compile_account(owner.account, timezone.now(), live=None).to_json()
    for number in range(1, 7):
        old = Deployment.objects.create(
            account=owner.account,
            number=number,
            status="superseded",
            compiled=compiled if number == 1 else empty,
        )
        old.moves.create(old="delivering", new="live", actor="Portal")
    assert _delete(owner, host).status == "completed"


def test_its_name_is_kept_until_the_gateway_let_go(owner, stranger, host, account):
    compiled = compiling.compile_account(account, timezone.now(), live=None).to_json()
    live = Deployment.objects.create(account=account, number=1, status="live", compiled=compiled)
    _delete(owner, host)
    compiling.reflag(account, timezone.now())
    assert VirtualHost.with_deleted.get(pk=host.pk).released_at is None
    rows = compiling.changes(
        live.compiled, compiling.compile_account(account, timezone.now(), live=None).to_json()
    )
    assert ("removed", "partners.harbourline.test") in {(row["kind"], row["name"]) for row in rows}
    live.compiled = compiling.compile_account(account, timezone.now(), live=None).to_json()
    live.save()
    compiling.reflag(account, timezone.now())
    assert VirtualHost.with_deleted.get(pk=host.pk).released_at is not None


def test_its_own_account_may_take_the_name_again_at_once(owner, host):
    _delete(owner, host)
    again = submit(actor=owner, wish=Wish(Operation.CREATE, "partners")).host
    assert again.pk != host.pk


def test_it_asks_for_the_name(owner_client, host):
    url = reverse("vhosts:delete", args=[host.uuid])
    assert (
        "Type partners.harbourline.test exactly"
        in owner_client.post(url, {"confirmation": "no"}).content.decode()
    )
    owner_client.post(url, {"confirmation": "partners.harbourline.test"})
    assert not VirtualHost.objects.filter(pk=host.pk).exists()


def test_it_is_hidden_from_strangers(stranger_api, stranger_client, reader_client, host):
    url = reverse("vhosts:delete", args=[host.uuid])
    assert stranger_client.post(url, {"confirmation": host.name}).status_code == 404
    assert reader_client.post(url, {"confirmation": host.name}).status_code == 403
    answer = stranger_api.post(REQUESTS, {"operation": "DELETE", "host": str(host.uuid)})
    assert answer.json()["code"] == "VHR_NO_COMPLETED_RECORD_FOUND"
    assert VirtualHost.objects.filter(pk=host.pk).exists()
