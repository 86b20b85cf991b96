"""A deployment that changes nothing: a remote node serves it already, so it is not offered anything new."""

from datetime import UTC, datetime

import pytest

from gateway import services
from gateway.agent.release import FORM, RELEASE
from gateway.endpoint import views
from gateway.lifecycle import DeploymentStatus
from gateway.models import Node
from gateway.tests.page_cast import deployed, node, planned
from gateway.tests.test_node_endpoint import say

BEAT = {"ready": True, "hosts": 1, "dropped": "", "release": RELEASE, "form": FORM}


@pytest.fixture
def remote(owner, host):
    """A remote node that has proved what is live."""
    deployed(owner)
    Node.objects.update(remote=True, certificate_sha256="ab" * 32)
    return node()


def start(owner, remote):
    deployment = planned(owner)
    services.start(actor=owner, deployment=deployment)
    remote.refresh_from_db()
    return deployment


def test_it_is_proved_by_the_heartbeat_of_a_node_that_serves_it(owner, remote):
    deployment = start(owner, remote)
    assert say(views.Heartbeat, remote, BEAT | {"serving": remote.wanted_version}).status_code == 204
    deployment.refresh_from_db()
    assert deployment.status == DeploymentStatus.LIVE


@pytest.mark.parametrize("serving", ["", "cd" * 32])
def test_it_waits_for_a_node_that_serves_something_else(owner, remote, serving):
    deployment = start(owner, remote)
    say(views.Heartbeat, remote, BEAT | {"serving": serving})
    deployment.refresh_from_db()
    assert deployment.status == DeploymentStatus.DELIVERING


def test_it_does_not_take_up_again_what_the_node_refused(owner, remote):
    deployment = start(owner, remote)
    version = remote.wanted_version
    services.refused(node=remote, version=version, reason="no", probes=[], at=datetime.now(UTC))
    say(views.Heartbeat, remote, BEAT | {"serving": version})
    deployment.refresh_from_db()
    assert deployment.status == DeploymentStatus.REJECTED
