"""What concerns a deployment is logged with its number, under the request that asked for it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django_guid import clear_guid, set_guid

from accounts.models import AuditEntry
from common.logcontext import noted
from gateway import services, tasks
from gateway.models import Deployment, Node
from gateway.tests.page_cast import node, planned

NOW = datetime.now(UTC)
PLANNED, STARTED = "a" * 32, "b" * 32


@pytest.fixture
def delivering(owner, host):
    """Started by a request that has ended since: the agent finds it in a process of its own."""
    node()
    deployment = planned(owner)
    set_guid(STARTED)
    services.start(actor=owner, deployment=deployment)
    clear_guid()
    return deployment


def line_with(log_lines, words):
    """The one line of the log that says so."""
    (line,) = [json.loads(line) for line in log_lines().splitlines() if words in line]
    return line


def told(line):
    return line["deployment"], line["deployment_number"], line["account"], line["request_id"]


def test_it_names_the_deployment_that_a_node_proved(delivering, log_lines):
    services.proven(node=Node.objects.get(), version=wanted(), probes=[], at=NOW)
    line = line_with(log_lines, "local proved deployment 1")
    assert told(line) == (str(delivering.uuid), "1", str(delivering.account.uuid), STARTED)
    assert AuditEntry.objects.get(action="deployment:live").request_id == STARTED
    assert noted() == {}


def test_it_names_the_deployment_that_a_node_refused(delivering, log_lines):
    services.refused(node=Node.objects.get(), version=wanted(), reason="port is taken", probes=[], at=NOW)
    line = line_with(log_lines, "local refused deployment 1: port is taken")
    assert told(line) == (str(delivering.uuid), "1", str(delivering.account.uuid), STARTED)
    assert AuditEntry.objects.get(action="deployment:rejected").request_id == STARTED


def test_it_names_the_deployment_that_the_worker_checks(owner, host, log_lines):
    set_guid(PLANNED)
    deployment = services.plan(actor=owner)
    clear_guid()
    tasks.prepare_deployment(str(deployment.uuid))
    line = line_with(log_lines, "deployment 1 is compiled and checked")
    assert told(line) == (str(deployment.uuid), "1", str(deployment.account.uuid), PLANNED)


def test_it_keeps_the_request_when_a_sweep_ends_it(delivering):
    Deployment.objects.update(changed_at=NOW - timedelta(days=400))
    services.give_back_stale()
    assert AuditEntry.objects.get(action="deployment:rejected").request_id == STARTED


def test_it_knows_no_request_of_a_deployment_that_none_asked_for(owner, host):
    services.prepare(deployment=services.plan(actor=owner), at=NOW)
    assert AuditEntry.objects.get(action="deployment:planned").request_id == ""


def wanted():
    return Node.objects.get().wanted_version
