"""Of two accounts that would serve the same name, one starts; however close together they try."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from common.errors import Conflict
from gateway import services
from gateway.models import DeployedHost, Deployment
from gateway.services import planning
from gateway.tests.page_cast import node, planned

NAME = "partners.harbourline.test"


@pytest.fixture
def rivals(owner, stranger, host, monkeypatch):
    """Ready deployments of two accounts, both with the name."""
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)
    mine, theirs = planned(owner), planned(stranger)
    DeployedHost.objects.create(deployment=theirs, name=NAME)
    node()
    return {owner: mine, stranger: theirs}


def start(actor, deployment):
    try:
        services.start(actor=actor, deployment=deployment)
    except Conflict as refusal:
        return refusal.code
    return "started"


def test_it_looks_at_who_serves_a_name_only_once_nobody_else_can_start(owner, rivals, monkeypatch):
    mine, theirs = rivals.values()

    def waits_for_the_other(deployment):
        """As on PostgreSQL: when the wait is over, the other account's start has happened."""
        planning.hold_names(deployment)
        Deployment.objects.filter(pk=theirs.pk).update(status="delivering")

    monkeypatch.setattr("gateway.services.starting.hold_names", waits_for_the_other)
    assert start(owner, mine) == "name_taken"
    assert Deployment.objects.get(pk=mine.pk).status == "ready"


@pytest.mark.django_db(transaction=True)
def test_it_lets_one_of_two_start_in_the_same_moment(rivals, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writing transaction at a time; PostgreSQL has many")
    both_looked = Barrier(2)

    def look_together(deployment):
        found = planning.taken(deployment)
        with suppress(BrokenBarrierError):  # as it should be: the other one cannot look yet
            both_looked.wait(timeout=2)
        return found

    def in_its_own_connection(rival):
        try:
            return start(*rival)
        finally:
            connection.close()

    monkeypatch.setattr("gateway.services.starting.taken", look_together)
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(in_its_own_connection, rivals.items()))
    assert answers == ["name_taken", "started"]
    assert Deployment.objects.filter(status="delivering").count() == 1
