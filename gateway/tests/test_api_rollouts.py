"""Rollouts, and the ways to start, go on, take back and go back, on the REST API."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from gateway import tasks
from gateway.models import Deployment
from gateway.tests.page_cast import deployed, nodes, planned, proves

ROLLOUTS = "/api/v1/rollouts/"


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


@pytest.fixture
def flagged(owner, host):
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    deployed(owner)
    proxy = Proxy.objects.get()
    url = "http://127.0.0.1:10"
    change_proxy(actor=owner, proxy=proxy, name="Orders", base_path="/o", hosts=[host], target_url=url)
    tasks.sweep_flags()
    return proxy


@pytest.fixture
def ready(owner, host):
    nodes(2)
    return f"/api/v1/deployments/{planned(owner).uuid}/"


def test_it_starts_follows_and_ends_a_rollout(owner_api, flagged, worker):
    with worker():
        made = owner_api.post(ROLLOUTS, {"proxies": [str(flagged.uuid)], "size": 5})
    assert made.status_code == 201
    url = f"{ROLLOUTS}{made.json()['uuid']}/"
    assert owner_api.get(url).json()["remaining"] == ["partners.harbourline.test"]
    with worker():
        proves(nodes(1)[0])
    answer = owner_api.get(url).json()
    assert (answer["status"], answer["remaining"]) == ("done", [])
    assert answer["batches"][0]["status"] == "done"
    assert owner_api.get(ROLLOUTS).json()["results"][0]["done_count"] == 1


def test_it_pauses_resumes_and_stops_by_rest(owner_api, flagged):
    url = f"{ROLLOUTS}{owner_api.post(ROLLOUTS, {}).json()['uuid']}/"
    for act, status in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        assert owner_api.post(f"{url}{act}/").json()["status"] == status
    assert owner_api.post(f"{url}resume/").status_code == 409
    assert owner_api.post(f"{url}republish/").json() == {"published": [], "refused": {}}


@pytest.mark.parametrize(
    ("given", "field"), [({"size": 0}, "size"), ({"by": "luck"}, "by"), ({"proxies": ["x"]}, "proxies.0")]
)
def test_it_names_the_field_of_a_rollout_that_does_not_fit(owner_api, flagged, given, field):
    answer = owner_api.post(ROLLOUTS, given)
    assert answer.status_code == 400
    assert field in str(answer.json()["errors"])


def test_it_hides_rollouts_from_strangers(owner_api, stranger_api, reader_api, flagged):
    url = f"{ROLLOUTS}{owner_api.post(ROLLOUTS, {}).json()['uuid']}/"
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.get(ROLLOUTS).json()["count"] == 0
    for act in ("pause", "resume", "stop", "republish"):
        assert stranger_api.post(f"{url}{act}/").status_code == 404
        assert reader_api.post(f"{url}{act}/").status_code == 403


def test_it_schedules_and_cancels_by_rest(owner_api, ready):
    at = (timezone.now() + timedelta(days=1)).isoformat()
    answer = owner_api.post(f"{ready}deploy/", {"at": at})
    assert answer.json()["status"] == "scheduled"
    assert answer.json()["schedule"]["actor"] == "Owner"
    assert owner_api.post(f"{ready}unschedule/").json()["status"] == "ready"


def test_it_runs_a_canary_by_rest(owner_api, ready):
    first, second = nodes(2)
    answer = owner_api.post(f"{ready}deploy/", {"canary": [str(first.uuid)], "continue_after_minutes": 5})
    assert answer.json()["canary"]["nodes"] == ["local"]
    proves(first)
    assert owner_api.get(ready).json()["canary"]["seen"] == []
    assert owner_api.post(f"{ready}continue/").json()["status"] == "delivering"
    assert owner_api.post(f"{ready}take-back/").status_code == 409
    proves(second)
    assert owner_api.get(ready).json()["status"] == "live"


@pytest.mark.parametrize(
    "given",
    [
        {"at": "2020-01-01T00:00:00Z"},
        {"canary": [str(uuid4())]},
        {"continue_after_minutes": 5},
        {"at": "2030-01-01T00:00:00Z", "canary": [str(uuid4())]},
        {"when": "now"},
    ],
)
def test_it_starts_nothing_on_bad_input(owner_api, ready, given):
    assert owner_api.post(f"{ready}deploy/", given).status_code == 400
    assert owner_api.get(ready).json()["status"] == "ready"


def test_it_plans_the_way_back_by_rest(owner_api, owner, host):
    first = deployed(owner)
    deployed(owner)
    answer = owner_api.post(f"/api/v1/deployments/{first.uuid}/roll-back/")
    assert answer.status_code == 201
    assert (answer.json()["number"], answer.json()["goes_back_to"]) == (3, 1)


def test_it_hides_every_way_from_strangers(stranger_api, reader_api, ready):
    for act in ("unschedule", "continue", "take-back", "roll-back"):
        assert stranger_api.post(f"{ready}{act}/").status_code == 404
        assert reader_api.post(f"{ready}{act}/").status_code == 403


def test_it_leaves_the_start_of_a_batch_to_its_rollout(owner_api, owner, flagged):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.rollouts.services.start", lambda **_: None)
        rollout = owner_api.post(ROLLOUTS, {}).json()
        tasks.sweep_clock()
        (batch,) = owner_api.get(f"{ROLLOUTS}{rollout['uuid']}/").json()["batches"]
        tasks.prepare_deployment(batch["deployment"])
    answer = owner_api.post(f"/api/v1/deployments/{batch['deployment']}/deploy/")
    assert (answer.status_code, answer.json()["code"]) == (409, "part_of_a_rollout")
    assert Deployment.objects.get(uuid=batch["deployment"]).status == "ready"
