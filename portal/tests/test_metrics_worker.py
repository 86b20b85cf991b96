"""The worker counts its tasks, and the queue is read from the broker."""

import pytest
from prometheus_client import generate_latest

from certificates.tasks import judge_upload, sweep_uploads
from portal.celery import app
from portal.tests.scraping import TOKEN, value
from portal.watch import counted, signs
from portal.watch.tasks import Queue


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def test_it_counts_tasks_by_outcome_and_time(db):
    name = sweep_uploads.name
    before = value("tasks_total", task=name, outcome="success")
    timed = value("task_seconds_count", task=name)
    sweep_uploads.apply()
    assert value("tasks_total", task=name, outcome="success") == before + 1
    assert value("task_seconds_count", task=name) == timed + 1
    assert value("sweep_age_seconds", sweep="uploads") > 0


def test_it_counts_a_task_that_failed_and_takes_it_for_no_sign_of_life(db):
    labels = {"task": judge_upload.name, "outcome": "failure"}
    before = value("tasks_total", **labels)
    judge_upload.apply(args=["00000000-0000-0000-0000-000000000000"])
    assert value("tasks_total", **labels) == before + 1


def test_it_leaves_the_queue_out_when_the_broker_is_away(monkeypatch, tmp_path):
    monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{tmp_path}/no-broker.sock")
    assert b"countersign_queue" not in generate_latest(counted.registry(Queue(app)))


def test_it_survives_a_cache_that_is_away(monkeypatch, log_lines):
    def away(*args, **kwargs):
        raise ConnectionError("redis://:password@host")

    monkeypatch.setattr(signs.cache, "set", away)
    signs.leave(signs.WORKER)
    assert "no sign of life was left" in log_lines()
    assert "password" not in log_lines()
