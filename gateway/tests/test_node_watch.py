"""A node that waits hears of a change at once, and of nothing when there is none."""

import time
from threading import Thread

import pytest

from gateway.endpoint.watch import Watch
from gateway.models import Node

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "a" * 64, "b" * 64


@pytest.fixture
def node():
    return Node.objects.create(name="edge", port=8443, remote=True, wanted_version=OLD, denied_version=OLD)


def waited(node: Node, seconds: float, meanwhile) -> float:
    """How many seconds a node was held that has the old version."""
    begun, ended = time.monotonic(), []

    def hold() -> None:
        Watch().wait(node.pk, (OLD, OLD), seconds)
        ended.append(time.monotonic())

    thread = Thread(target=hold)
    thread.start()
    time.sleep(0.5)
    meanwhile()
    thread.join(seconds + 5)
    return ended[0] - begun


def test_it_ends_when_another_version_is_offered(node):
    assert waited(node, 20, lambda: Node.objects.update(wanted_version=NEW)) < 5


def test_it_ends_when_a_certificate_is_refused(node):
    assert waited(node, 20, lambda: Node.objects.update(denied_version=NEW)) < 5


def test_it_ends_when_the_node_is_retired(node):
    assert waited(node, 20, lambda: Node.objects.update(retired_at="2026-11-22T12:00:00Z")) < 5


def test_it_holds_the_answer_while_nothing_changes(node):
    other = Node.objects.create(name="other", port=8444, wanted_version=OLD)
    change = Node.objects.filter(pk=other.pk)
    assert 2 <= waited(node, 2, lambda: change.update(wanted_version=NEW)) < 4
