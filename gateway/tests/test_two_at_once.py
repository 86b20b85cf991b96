"""Somebody else was faster: nothing is done twice, and the refusal reads well."""

from datetime import UTC, datetime

import pytest

from common.errors import Conflict
from common.transitions import move
from gateway import services
from gateway.models import Deployment
from gateway.tests.page_cast import planned


def test_it_leaves_a_plan_that_was_superseded_as_it_was_taken_up(owner, host):
    taken_up = services.plan(actor=owner)
    services.plan(actor=owner)
    services.prepare(deployment=taken_up, at=datetime.now(UTC))
    assert Deployment.objects.get(pk=taken_up.pk).status == "superseded"


def test_it_is_named_once_where_a_move_is_refused(owner, host):
    with pytest.raises(Conflict, match=r"^Deployment 1 is “planned” and cannot become"):
        move(services.plan(actor=owner), "live", actor="Owner")


@pytest.mark.parametrize("act", [services.go_on, services.take_back])
def test_it_goes_on_and_back_only_from_a_canary(owner, host, act):
    ready = planned(owner)
    with pytest.raises(Conflict) as refusal:
        act(actor=owner, deployment=ready)
    assert refusal.value.code == "no_canary"
    assert Deployment.objects.get(pk=ready.pk).status == "ready"
