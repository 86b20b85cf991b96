"""One way a status changes, and only one of two who try wins."""

import pytest

from common.errors import Conflict
from common.transitions import move
from gateway.models import Deployment


@pytest.fixture
def deployment(account):
    return Deployment.objects.create(account=account, number=1, actor="Ada")


def test_it_moves_and_writes_the_history(deployment):
    move(deployment, "checking", actor="Portal", reason="compiled")
    assert deployment.status == "checking"
    assert [(m.old, m.new, m.actor) for m in deployment.moves.all()] == [("planned", "checking", "Portal")]


def test_it_refuses_a_move_that_the_table_does_not_have(deployment):
    with pytest.raises(Conflict) as refusal:
        move(deployment, "live", actor="Ada")
    assert refusal.value.code == "illegal_move"
    assert not deployment.moves.exists()


def test_it_lets_only_one_of_two_workers_win(deployment):
    same = Deployment.objects.get(pk=deployment.pk)
    move(deployment, "checking", actor="first")
    with pytest.raises(Conflict) as refusal:
        move(same, "checking", actor="second")
    assert refusal.value.code == "moved_meanwhile"
    assert [m.actor for m in deployment.moves.all()] == ["first"]
