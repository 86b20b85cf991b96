"""No way back brings back a host that was deleted and has left the gateway."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from common.errors import Conflict
from gateway import services
from gateway.models import Deployment
from gateway.tests.page_cast import deployed
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

NAME = "partners.harbourline.test"


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def first(owner, host):
    """Live once, with the host; live again since."""
    made = deployed(owner)
    deployed(owner)
    return made


def delete(owner, host):
    submit(actor=owner, wish=Wish(Operation.DELETE, "", host=str(host.uuid)))


@pytest.fixture
def gone(owner, host, first):
    """The host was deleted, and the gateway serves it no more."""
    delete(owner, host)
    deployed(owner)


def plans():
    return Deployment.objects.filter(goes_back_to__isnull=False)


def test_it_names_the_host_and_the_remedy_by_rest(owner_api, first, gone):
    answer = owner_api.post(f"/api/v1/deployments/{first.uuid}/roll-back/")
    assert (answer.status_code, answer.json()["code"]) == (409, "host_deleted")
    assert answer.json()["detail"].startswith(f"{NAME} was deleted since")
    assert "request it anew" in answer.json()["detail"]
    assert not plans().exists()


def test_it_names_the_host_on_the_page(owner_client, first, gone):
    answer = owner_client.post(reverse("gateway:roll_back", args=[first.uuid]), follow=True)
    text = answer.content.decode()
    assert "There is no way back to deployment 1" in text
    assert f"{NAME} was deleted since" in text
    assert not plans().exists()


def test_it_is_another_host_that_has_the_name_again(owner, first, gone):
    submit(actor=owner, wish=Wish(Operation.CREATE, "partners"))
    with pytest.raises(Conflict) as refusal:
        services.plan_rollback(actor=owner, to=Deployment.objects.get(pk=first.pk))
    assert refusal.value.code == "host_deleted"


def test_it_does_not_start_once_the_host_is_gone(owner, host, first):
    back = services.plan_rollback(actor=owner, to=Deployment.objects.get(pk=first.pk))
    services.prepare(deployment=back, at=datetime.now(UTC))
    delete(owner, host)
    host.__class__.with_deleted.update(released_at=datetime.now(UTC))
    with pytest.raises(Conflict) as refusal:
        services.start(actor=owner, deployment=Deployment.objects.get(pk=back.pk))
    assert refusal.value.code == "host_deleted"


def test_it_still_goes_back_while_the_gateway_serves_the_deleted_host(owner, host, first):
    delete(owner, host)
    back = services.plan_rollback(actor=owner, to=Deployment.objects.get(pk=first.pk))
    services.prepare(deployment=back, at=datetime.now(UTC))
    assert Deployment.objects.get(pk=back.pk).status == "ready"


def test_it_is_said_before_a_host_is_deleted(owner_client, host):
    text = owner_client.get(reverse("vhosts:delete", args=[host.uuid])).content.decode()
    assert "no deployment that has the host can be gone back to" in text
