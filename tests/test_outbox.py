"""A change is announced after its commit, and a broker that is away costs nobody an answer."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from common import outbox
from portal.celery import app


def test_it_publishes_after_the_commit_and_not_before(db, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "enqueue", lambda task, uuid: sent.append((task, uuid)))
    uuid = uuid4()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        outbox.announce("host.changed", uuid)
        assert sent == []
    assert sent == [("gateway.tasks.flag_for_host", uuid)]


def test_it_knows_a_typing_mistake_in_an_event(db):
    with pytest.raises(KeyError):
        outbox.announce("host.chnaged", uuid4())


def test_it_survives_a_broker_that_is_away(monkeypatch, caplog):
    def away(self, *args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("celery.canvas.Signature.apply_async", away)
    outbox.enqueue("gateway.tasks.flag_for_host", uuid4())
    assert "the sweep will pick it up" in caplog.text


def test_it_names_only_tasks_that_exist():
    app.loader.import_default_modules()
    named = {task for tasks in settings.ANNOUNCEMENTS.values() for task in tasks}
    named |= {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(app.tasks)
