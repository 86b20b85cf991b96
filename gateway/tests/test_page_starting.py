"""On the start page one chooses when and where; on the deployment's page, how canaries and schedules end."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from gateway import schedules, services
from gateway.models import Deployment, Schedule
from gateway.tests.page_cast import deployed, nodes, planned, proves


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def ready(owner, host):
    nodes(2)
    return planned(owner)


def page(name, deployment):
    return reverse(f"gateway:{name}", args=[deployment.uuid])


def fresh(deployment):
    return Deployment.objects.get(pk=deployment.pk)


def test_it_starts_at_the_time_in_the_zone_of_the_person(owner_client, ready):
    owner_client.cookies["tz"] = "Europe/Berlin"
    shown = owner_client.get(page("start", ready)).content.decode()
    assert "In the time of Europe/Berlin" in shown
    at = (timezone.now() + timedelta(days=2)).astimezone(ZoneInfo("Europe/Berlin"))
    owner_client.post(page("start", ready), {"how": "later", "at": f"{at:%Y-%m-%dT%H:%M}"})
    assert fresh(ready).schedule.at == at.replace(second=0, microsecond=0)
    shown = owner_client.get(page("deployment", ready)).content.decode()
    assert "It starts by itself at" in shown
    assert "Europe/Berlin" in shown


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"how": "later", "at": ""}, "at"),
        ({"how": "later", "at": "tomorrow"}, "at"),
        ({"how": "later", "at": "2020-01-01T10:00"}, "at"),
        ({"how": "first"}, "canary"),
        ({"how": "first", "canary": "nonsense"}, "canary"),
        ({"how": "sometime"}, "how"),
    ],
)
def test_it_names_the_field_that_does_not_fit_and_starts_nothing(owner_client, ready, given, field):
    answer = owner_client.post(page("start", ready), given)
    assert field in answer.context["form"].errors
    assert fresh(ready).status == "ready"


def test_it_starts_a_canary_and_shows_what_it_saw(owner_client, ready):
    first, _ = nodes(2)
    owner_client.post(
        page("start", ready), {"how": "first", "canary": [first.uuid], "continue_after_minutes": 5}
    )
    assert fresh(ready).canary.nodes == ["local"]
    proves(first)
    shown = owner_client.get(page("deployment", ready)).content.decode()
    assert "after 5 minutes" in shown
    assert "Go on to every node" in shown
    owner_client.post(page("go_on", ready))
    assert fresh(ready).status == "delivering"


def test_it_takes_a_canary_back(owner_client, owner, ready):
    first, _ = nodes(2)
    services.start(actor=owner, deployment=ready, first=[first])
    proves(first)
    owner_client.post(page("take_back", ready))
    assert "Owner took it back" in fresh(ready).problem


def test_it_offers_no_canary_where_one_node_is_all(owner_client, owner, host):
    nodes(1)
    shown = owner_client.get(page("start", planned(owner))).content.decode()
    assert "On some nodes first" not in shown


def test_it_cancels_a_scheduled_start(owner_client, owner, ready):
    schedules.schedule(actor=owner, deployment=ready, at=timezone.now() + timedelta(hours=1))
    answer = owner_client.post(page("unschedule", ready), follow=True)
    assert "is not scheduled any more" in answer.content.decode()
    assert fresh(ready).status == "ready"


def test_it_goes_back_only_after_the_name_is_typed(owner_client, owner, host):
    first = deployed(owner)
    deployed(owner)
    assert "Go back to this" in owner_client.get(page("deployment", first)).content.decode()
    answer = owner_client.post(page("roll_back", first))
    back = Deployment.objects.get(goes_back_to=first)
    assert answer.url == page("deployment", back)
    services.prepare(deployment=back, at=datetime.now(tz=ZoneInfo("UTC")))
    owner_client.post(page("start", back))
    assert fresh(back).status == "ready"
    owner_client.post(page("start", back), {"confirmation": str(back), "how": "now"})
    assert fresh(back).status == "delivering"


def test_it_says_why_there_is_no_way_back(owner_client, owner, ready):
    answer = owner_client.post(page("roll_back", ready), follow=True)
    assert "was never live on every node" in answer.content.decode()


@pytest.mark.parametrize("name", ["unschedule", "go_on", "take_back", "roll_back"])
def test_it_is_hidden_from_strangers_and_refused_to_readers(stranger_client, reader_client, ready, name):
    assert stranger_client.post(page(name, ready)).status_code == 404
    assert reader_client.post(page(name, ready)).status_code == 403
    assert reader_client.get(page(name, ready)).status_code == 405


def test_it_says_the_new_time_when_it_is_scheduled_once_more(owner_client, owner, ready):
    schedules.schedule(actor=owner, deployment=ready, at=timezone.now() + timedelta(hours=1))
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1), canary=[{"uuid": "x", "name": "gone"}])
    schedules.start_due()
    assert fresh(ready).status == "ready"
    at = timezone.now() + timedelta(days=2)
    answer = owner_client.post(
        page("start", ready), {"how": "later", "at": f"{at:%Y-%m-%dT%H:%M}"}, follow=True
    )
    assert f"starts at {at:%-d %b %Y, %H:%M}" in answer.content.decode()
