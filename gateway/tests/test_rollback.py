"""An earlier deployment comes back exactly as it was, if its keys and certificates still are."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.models import Proxy, RemovedProxy
from catalog.services import create_proxy, delete_proxy
from certificates.models import Certificate, ServerKey
from common.errors import Conflict
from gateway import compiling, services
from gateway.models import DeployedHost, DeployedKey, Deployment
from gateway.tests.page_cast import deployed
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def first(owner, host):
    """Live with one proxy."""
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    return deployed(owner)


@pytest.fixture
def second(owner, host, first, truststore):
    """Live now: the host asks for certificates."""
    wish = Wish(Operation.UPDATE, "", client_auth="required", trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)
    return deployed(owner)


def planned_back(owner, to):
    plan = services.plan_rollback(actor=owner, to=Deployment.objects.get(pk=to.pk))
    services.prepare(deployment=plan, at=datetime.now(UTC))
    return Deployment.objects.get(pk=plan.pk)


def gone_back(owner, to, monkeypatch):
    monkeypatch.setattr("gateway.tests.page_cast.planned", lambda actor: planned_back(actor, to))
    return deployed(owner)


def test_it_brings_back_exactly_the_old_configuration_under_a_new_number(owner, first, second, monkeypatch):
    back = gone_back(owner, first, monkeypatch)
    assert (back.number, back.status, back.note) == (3, "live", "rolls back to deployment 1")
    assert (back.digest, back.goes_back_to_id) == (first.digest, first.pk)


def test_it_shows_what_it_changes_against_what_is_live(owner, first, second):
    back = planned_back(owner, first)
    assert ("partners.harbourline.test", "changed") in {(row["name"], row["kind"]) for row in back.changes}


def test_it_flags_what_the_gateway_does_otherwise_than_the_account_says(owner, first, second, monkeypatch):
    gone_back(owner, first, monkeypatch)
    proxy = Proxy.objects.get()
    assert proxy.needs_redeploy
    assert "client authentication off → required, by Owner" in " ".join(proxy.reasons)


def test_it_stays_ready_although_it_is_not_the_account_of_today(owner, first, second):
    back = planned_back(owner, first)
    compiling.reflag(owner.account, datetime.now(UTC))
    back.refresh_from_db()
    assert back.status == "ready"


def test_it_remembers_that_a_deleted_proxy_is_served_again(owner, first, monkeypatch):
    delete_proxy(actor=owner, proxy=Proxy.objects.get())
    deployed(owner)
    assert not RemovedProxy.objects.exists()
    with monkeypatch.context() as patch:
        gone_back(owner, first, patch)
    assert [(row.base_path, row.hosts) for row in RemovedProxy.objects.all()] == [
        ("/o", ["partners.harbourline.test"])
    ]
    deployed(owner)
    assert not RemovedProxy.objects.exists()


def test_it_does_not_go_back_to_what_is_live_or_never_was(owner, first, second):
    with pytest.raises(Conflict) as refusal:
        services.plan_rollback(actor=owner, to=second)
    assert refusal.value.code == "is_live"
    plan = services.plan(actor=owner)
    with pytest.raises(Conflict) as refusal:
        services.plan_rollback(actor=owner, to=plan)
    assert refusal.value.code == "never_live"


def test_it_does_not_go_back_to_a_key_that_was_deleted(owner, first, second):
    DeployedKey.objects.all().delete()
    ServerKey.objects.all().delete()
    with pytest.raises(Conflict) as refusal:
        services.plan_rollback(actor=owner, to=Deployment.objects.get(pk=first.pk))
    assert refusal.value.code == "key_gone"
    assert "partners.harbourline.test" in refusal.value.message


def test_it_is_rejected_when_its_server_certificate_has_expired(owner, first, second):
    Certificate.objects.update(not_after=datetime.now(UTC) - timedelta(days=1))
    back = planned_back(owner, first)
    assert back.status == "rejected"
    assert "has expired" in back.problem


def test_it_does_not_start_once_its_server_certificate_has_expired(owner, first, second):
    back = planned_back(owner, first)
    Certificate.objects.update(not_after=datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(Conflict) as refusal:
        services.start(actor=owner, deployment=back)
    assert refusal.value.code == "certificate_expired"
    assert Deployment.objects.get(pk=back.pk).status == "ready"


def test_it_does_not_start_once_another_account_serves_its_name(owner, first, second, other_account):
    back = planned_back(owner, first)
    theirs = Deployment.objects.create(account=other_account, number=1, status="live", compiled={})
    DeployedHost.objects.create(deployment=theirs, name="partners.harbourline.test")
    with pytest.raises(Conflict) as refusal:
        services.start(actor=owner, deployment=back)
    assert refusal.value.code == "name_taken"
    assert Deployment.objects.get(pk=back.pk).status == "ready"


def test_it_names_a_host_that_would_refuse_everybody_today(owner, first, second, partner):
    third = deployed(owner)
    Certificate.objects.filter(fingerprint=partner.fingerprint).update(
        not_after=datetime.now(UTC) - timedelta(days=1)
    )
    back = planned_back(owner, second)
    assert back.status == "ready", third.problem
    told = {(row["code"], row["host"]) for row in back.compiled["problems"]}
    assert ("truststore_expired", "partners.harbourline.test") in told


def test_it_does_not_bring_back_a_name_that_another_account_has_now(
    owner, first, second, other_account, host
):
    host.__class__.objects.filter(pk=host.pk).update(account=other_account)
    with pytest.raises(Conflict) as refusal:
        services.plan_rollback(actor=owner, to=Deployment.objects.get(pk=first.pk))
    assert refusal.value.code == "name_taken"
