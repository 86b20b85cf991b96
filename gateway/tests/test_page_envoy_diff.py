"""The deployment page shows what changes for Envoy, host by host; Envoy's own refusals name the host."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from catalog.services import create_proxy
from certificates.models import ServerKey
from common import secrets
from gateway import services
from gateway.models import Deployment
from gateway.tests.page_cast import deployed, node, planned
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture
def changed(owner, host, monkeypatch):
    """A plan that brings a proxy to a live host."""
    with monkeypatch.context() as patch:
        patch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)
        deployed(owner)
        create_proxy(
            actor=owner, name="Orders", base_path="/orders", hosts=[host], target_url="http://127.0.0.1:9"
        )
        return planned(owner)


def page(deployment):
    return reverse("gateway:deployment", args=[deployment.uuid])


def diff(deployment):
    return f"/api/v1/deployments/{deployment.uuid}/diff/"


def test_it_shows_the_lines_that_come(owner_client, changed):
    shown = owner_client.get(page(changed)).content.decode()
    assert "What changes for Envoy" in shown
    assert '<span class="add">+' in shown
    assert "/orders" in shown
    assert "PRIVATE KEY" not in shown


def test_it_compares_what_is_live_with_what_was_live_before(owner_client, owner, host):
    live = deployed(owner)
    shown = owner_client.get(page(live)).content.decode()
    assert "an empty gateway" in shown


def test_it_gives_the_same_by_rest(owner_api, changed, host):
    (row,) = owner_api.get(diff(changed)).json()["results"]
    assert row["host"] == host.name
    assert any(line.startswith("+") and "/orders" in line for line in row["diff"].splitlines())
    assert owner_api.get(diff(changed), {"host": "default"}).json()["count"] == 0


def test_it_hides_the_difference_from_strangers(stranger_api, changed):
    assert stranger_api.get(diff(changed)).status_code == 404


def test_it_names_the_host_and_the_remedy_when_envoy_refuses(owner, owner_client, owner_api, changed, host):
    node()
    ServerKey.objects.update(sealed_key=secrets.seal("not a key"))
    refused = services.plan(actor=owner)
    services.prepare(deployment=refused, at=datetime.now(UTC))
    refused = Deployment.objects.get(pk=refused.pk)
    assert refused.status == "rejected"
    assert host.name in refused.problem
    assert "Import the server key and its certificate together again" in refused.problem
    shown = owner_client.get(page(refused)).content.decode()
    assert "What was live before is live still" in shown


def test_it_lists_problems_by_rest_with_host_and_remedy(owner_api, owner, host, truststore):
    wish = Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)
    truststore.current.entries.all().delete()
    plan = planned(owner)
    (problem,) = owner_api.get(f"/api/v1/deployments/{plan.uuid}/").json()["problems"]
    assert (problem["host"], problem["effect"]) == (host.name, "refuses everybody")
    assert problem["remedy"] == "Import a partner's certificate into the truststore."
