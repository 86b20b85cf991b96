"""A canary starts at its time, on the nodes that were chosen for it, or not at all."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import DomainError
from gateway import schedules, selectors
from gateway.models import Deployment, Node, Schedule
from gateway.tests.page_cast import nodes, planned, proves

SOON = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def three(owner, host):
    return nodes(3)


@pytest.fixture
def ready(owner, three):
    return planned(owner)


@pytest.fixture
def scheduled(owner, ready, three):
    at = timezone.now() + SOON
    schedules.schedule(actor=owner, deployment=ready, at=at, first=three[:2], minutes=15)
    return ready


def start_at_its_time():
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1))
    schedules.start_due()


def retire(node):
    Node.objects.filter(pk=node.pk).update(retired_at=timezone.now())


def fresh(deployment):
    return Deployment.objects.get(pk=deployment.pk)


def test_it_starts_on_its_nodes_alone(scheduled, three):
    start_at_its_time()
    started = fresh(scheduled)
    assert (started.status, started.canary.nodes, started.canary.minutes) == (
        "delivering",
        ["local", "node-2"],
        15,
    )
    assert {proof.node.name for proof in selectors.proofs_of(started)} == {"local", "node-2"}
    for node in three[:2]:
        proves(node)
    assert fresh(scheduled).status == "canary"
    assert AuditEntry.objects.get(action="deployment:scheduled").details["canary"] == ["local", "node-2"]


def test_it_is_not_started_once_one_of_its_nodes_is_gone_and_a_mail_says_so(scheduled, three, worker):
    retire(three[1])
    with worker():
        start_at_its_time()
    kept = fresh(scheduled)
    assert kept.status == "ready"
    assert "It was not started at its time: node-2 was to take it first" in kept.problem
    assert not selectors.proofs_of(kept).exists()
    (letter,) = mail.outbox
    assert kept.problem in letter.body


def test_it_is_not_started_once_no_node_would_be_left_for_later(scheduled, three, worker):
    retire(three[2])
    with worker():
        start_at_its_time()
    kept = fresh(scheduled)
    assert kept.status == "ready"
    assert "nothing would come later" in kept.problem
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("count", "minutes", "field"), [(3, None, "canary"), (1, 0, "continue_after_minutes")]
)
def test_it_is_checked_when_it_is_scheduled(owner, ready, three, count, minutes, field):
    at = timezone.now() + SOON
    with pytest.raises(DomainError) as refusal:
        schedules.schedule(actor=owner, deployment=ready, at=at, first=three[:count], minutes=minutes)
    assert refusal.value.field == field
    assert fresh(ready).status == "ready"


def test_it_is_scheduled_on_the_page_and_shown_there(owner_client, ready, three):
    at = timezone.now() + timedelta(days=2)
    given = {"how": "first-later", "at": f"{at:%Y-%m-%dT%H:%M}"}
    url = reverse("gateway:start", args=[ready.uuid])
    answer = owner_client.post(url, given)
    assert "canary" in answer.context["form"].errors
    answer = owner_client.post(url, {"how": "first-later", "canary": [three[1].uuid]})
    assert "at" in answer.context["form"].errors
    given |= {"canary": [three[1].uuid], "continue_after_minutes": 5}
    text = owner_client.post(url, given, follow=True).content.decode()
    assert ", on node-2 first" in text
    shown = " ".join(
        owner_client.get(reverse("gateway:deployment", args=[ready.uuid])).content.decode().split()
    )
    assert "on node-2 first, as Owner said. Proven there, it goes on to the other nodes by itself" in shown
    assert "one of these nodes is gone" in shown
    steps = owner_client.get(reverse("gateway:deployment", args=[ready.uuid])).context["steps"]
    assert [step["label"] for step in steps][3:] == ["scheduled", "delivering", "canary", "live"]


def test_it_leaves_nodes_that_were_ticked_for_another_way_alone(owner_client, ready, three):
    at = timezone.now() + timedelta(days=2)
    given = {"how": "later", "at": f"{at:%Y-%m-%dT%H:%M}", "canary": [three[1].uuid]}
    owner_client.post(reverse("gateway:start", args=[ready.uuid]), given)
    assert fresh(ready).schedule.canary == []


def test_it_is_scheduled_by_rest(owner_api, stranger_api, ready, three):
    url = f"/api/v1/deployments/{ready.uuid}/deploy/"
    at = (timezone.now() + SOON).isoformat()
    given = {"at": at, "canary": [str(three[0].uuid)], "continue_after_minutes": 7}
    assert stranger_api.post(url, given).status_code == 404
    everywhere = given | {"canary": [str(node.uuid) for node in three]}
    assert owner_api.post(url, everywhere).json()["errors"][0]["field"] == "canary"
    made = owner_api.post(url, given).json()
    assert (made["status"], made["schedule"]["nodes"], made["schedule"]["minutes"]) == (
        "scheduled",
        ["local"],
        7,
    )
