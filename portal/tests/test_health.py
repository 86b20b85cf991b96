"""Health says what is wrong, to everybody, and nothing else."""

import shutil
import time

import pytest
from django.core.cache import cache

from portal.watch import health, signs


@pytest.fixture
def _all_well(db):
    for sign in (signs.WORKER, signs.BEAT, *map(signs.of_sweep, signs.sweeps())):
        signs.leave(sign)


def asked(client):
    answer = client.get("/health/ready")
    body = answer.json()
    return answer.status_code, [name for name, check in body["checks"].items() if not check["ok"]], body


def old(sign, seconds):
    cache.set(sign, time.time() - seconds)


def test_it_lives_without_a_database(client):
    answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.usefixtures("_all_well")
def test_it_is_ready_and_says_how_old_each_sign_is(client):
    status, failed, body = asked(client)
    assert (status, failed, body["ready"]) == (200, [], True)
    assert set(body["checks"]) == {"database", "broker", "worker", "sweeps", "disk"}
    assert all(check["age"] < 5 for check in body["checks"].values())


@pytest.mark.usefixtures("_all_well")
def test_it_fails_when_no_worker_gave_a_sign_of_life_lately(client):
    old(signs.WORKER, 31)
    status, failed, body = asked(client)
    assert (status, failed) == (503, ["worker"])
    assert 31 <= body["checks"]["worker"]["age"] < 33


def test_it_fails_when_there_never_was_a_worker_or_a_beat(db, client):
    status, failed, body = asked(client)
    assert (status, failed) == (503, ["worker", "sweeps"])
    assert body["checks"]["sweeps"]["age"] is None


@pytest.mark.usefixtures("_all_well")
@pytest.mark.parametrize(("age", "failed"), [(100, []), (130, ["sweeps"])])
def test_it_fails_when_one_sweep_missed_three_turns(client, age, failed):
    old(signs.BEAT, 3600)
    old(signs.of_sweep("deployments"), age)  # every 30 seconds
    assert asked(client)[1] == failed


@pytest.mark.usefixtures("_all_well")
def test_it_gives_a_beat_that_just_began_time_for_its_first_sweeps(client):
    old(signs.of_sweep("flags"), 3600)
    assert asked(client)[1] == []


@pytest.mark.usefixtures("_all_well")
def test_it_fails_when_the_disk_is_nearly_full(client, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=health.DISK_FREE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert asked(client)[1] == ["disk"]


@pytest.mark.usefixtures("_all_well")
def test_it_says_nothing_of_why_to_strangers(client, monkeypatch):
    def broken():
        raise ConnectionError("redis://:password@broker.internal")

    monkeypatch.setattr(signs, "ages", broken)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "password" not in answer.content.decode()
    checks = answer.json()["checks"]
    assert all(checks[name] == {"ok": False, "age": None} for name in ("broker", "worker", "sweeps"))
    assert checks["database"]["ok"]
