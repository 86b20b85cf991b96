"""Pages of redeploys in batches: chosen, looked at, started, followed, paused, stopped."""

import pytest
from django.urls import reverse

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from gateway import tasks
from gateway.models import Rollout
from gateway.tests.page_cast import deployed
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

NEW = "/rollouts/new/"


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def flagged(owner, host):
    """Two proxies on two hosts need a redeploy."""
    other = submit(actor=owner, wish=Wish(Operation.CREATE, "another")).host
    for name, on in (("Orders", host), ("Stock", other)):
        create_proxy(actor=owner, name=name, base_path="/o", hosts=[on], target_url="http://127.0.0.1:9")
    deployed(owner)
    for proxy in Proxy.objects.all():
        hosts = list(proxy.hosts.all())
        url = "http://127.0.0.1:10"
        change_proxy(actor=owner, proxy=proxy, name=proxy.name, base_path="/o", hosts=hosts, target_url=url)
    tasks.sweep_flags()
    return list(Proxy.objects.order_by("name"))


@pytest.fixture
def rollout(owner_client, flagged):
    owner_client.post(f"{NEW}?which=all&by=host&size=1")
    return Rollout.objects.get()


def test_it_shows_the_batches_before_it_starts_them(owner_client, flagged):
    answer = owner_client.get(NEW, {"which": "all", "by": "host", "size": 1})
    assert answer.context["batches"] == ["another.harbourline.test", "partners.harbourline.test"]
    assert not Rollout.objects.exists()


def test_it_takes_the_ticked_ones_in_the_order_of_their_numbers(owner_client, flagged):
    chosen = {f"order-{flagged[0].uuid}": 1, f"order-{flagged[1].uuid}": 2}
    chosen |= {"proxy": [proxy.uuid for proxy in flagged], "which": "chosen", "by": "given", "size": 1}
    answer = owner_client.get(NEW, chosen)
    assert answer.context["batches"] == ["partners.harbourline.test", "another.harbourline.test"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"which": "all", "by": "host", "size": 0}, "size"),
        ({"which": "all", "by": "host", "size": "many"}, "size"),
        ({"which": "chosen", "by": "host", "size": 1}, "which"),
        ({"which": "chosen", "by": "host", "size": 1, "proxy": "nonsense"}, "which"),
        ({"which": "all", "by": "luck", "size": 1}, "by"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_client, flagged, given, field):
    answer = owner_client.get(NEW, given)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_it_starts_and_shows_each_batch(owner_client, rollout):
    shown = owner_client.get(reverse("gateway:rollout", args=[rollout.uuid])).content.decode()
    assert "0 of 2 batches live" in shown
    assert "another.harbourline.test" in shown


def test_it_asks_twice_where_something_goes_away(owner_client, owner, flagged, host):
    submit(actor=owner, wish=Wish(Operation.UPDATE, "renamed", host=str(host.uuid)))
    asked = f"{NEW}?which=all&by=host&size=2"
    answer = owner_client.post(asked, {"confirmation": "something"})
    assert "Type rollout of 2 hosts as it is written above" in answer.content.decode()
    assert not Rollout.objects.exists()
    owner_client.post(asked, {"confirmation": "rollout of 2 hosts"})
    assert Rollout.objects.exists()


def test_it_pauses_resumes_and_stops(owner_client, rollout):
    for act, status in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        owner_client.post(reverse(f"gateway:rollout_{act}", args=[rollout.uuid]))
        rollout.refresh_from_db()
        assert rollout.status == status


def test_it_asks_for_itself_until_it_ends_and_then_reloads(owner_client, rollout):
    url = reverse("gateway:rollout_progress", args=[rollout.uuid])
    assert b"hx-trigger" in owner_client.get(url, {"seen": "running"}).content
    owner_client.post(reverse("gateway:rollout_stop", args=[rollout.uuid]))
    answer = owner_client.get(url, {"seen": "running"})
    assert answer["HX-Refresh"] == "true"
    assert b"hx-trigger" not in answer.content


def test_it_lists_any_number_with_the_same_queries(owner_client, rollout, queries_of):
    before = queries_of(lambda: owner_client.get("/rollouts/"))
    for number in range(2, 8):
        Rollout.objects.create(account=rollout.account, number=number, actor="Owner", status="done")
    assert queries_of(lambda: owner_client.get("/rollouts/")) == before


def test_it_hides_rollouts_from_strangers_and_refuses_readers(stranger_client, reader_client, rollout):
    assert b"Rollout 1" not in stranger_client.get("/rollouts/").content
    for name in ("rollout", "rollout_progress"):
        assert stranger_client.get(reverse(f"gateway:{name}", args=[rollout.uuid])).status_code == 404
    for name in ("pause", "resume", "stop", "republish"):
        url = reverse(f"gateway:rollout_{name}", args=[rollout.uuid])
        assert stranger_client.post(url).status_code == 404
        assert reader_client.post(url).status_code == 403
    assert reader_client.get(NEW).status_code == 403
