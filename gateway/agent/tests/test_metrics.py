"""An agent tells on its loopback port what it did, how its Envoy is, and what Envoy counted."""

import http.client
import json
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.agent.tests import cast
from gateway.agent.watch import exposed

HOST = "partners.example"


@pytest.fixture
def ask(stage):
    """`ask(path)`: status and body from the agent's port."""
    with exposed(stage.agent.metrics, 0) as port:

        def get(path):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        yield get


def samples(text):
    return {
        (sample.name.removeprefix("countersign_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def locked(stage):
    return stage.part(stage.host(HOST, cast.truststore((cast.PINNED, "client"))))


def test_it_counts_what_it_brought_live_and_what_it_refused(stage, ask):
    stage.deploy(locked(stage))
    other = stage.part(stage.host(HOST), target_url="http://127.0.0.1:1")
    chains = {name: chain.replace('"stat_prefix"', '"nonsense"') for name, chain in other.note.chains.items()}
    assert stage.deploy(replace(other, note=replace(other.note, chains=chains))).outcome == "refused"
    found = samples(ask("/metrics")[1])
    assert found["agent_versions_total", "live"] == found["agent_versions_total", "refused"] == 1
    assert found["agent_apply_seconds_count",] == 2
    assert found["agent_hosts",] == 1
    assert found["agent_last_proof_timestamp_seconds",] == pytest.approx(cast.TODAY.timestamp(), abs=600)


def test_it_tells_what_envoy_counted(stage, ask):
    stage.deploy(locked(stage))
    before = samples(ask("/metrics")[1])
    assert stage.call(HOST, cast.PINNED).status == 200
    assert stage.call(HOST, cast.STRANGER).status == 400
    with pytest.raises(OSError, match=r".*"):
        stage.connect("unknown.example")
    after = samples(ask("/metrics")[1])
    assert after["envoy_ready",] == 1
    assert after["envoy_handshakes_total",] == before["envoy_handshakes_total",] + 2
    assert after["envoy_unknown_host_total",] == before["envoy_unknown_host_total",] + 1
    assert after["envoy_connections_total",] == before["envoy_connections_total",] + 2
    assert failures(after) > failures(before)
    assert after["envoy_updates_rejected_total", "listeners"] == 0
    assert after["envoy_updates_rejected_total", "clusters"] == 0
    assert {"envoy_tls_errors_total", "envoy_connections_active"} <= {name for name, *_ in after}


def failures(found):
    return sum(value for (name, *_), value in found.items() if name == "envoy_verify_failures_total")


def test_it_names_no_host_and_no_version(stage, ask):
    version = stage.deploy(locked(stage)).version
    text = ask("/metrics")[1]
    assert HOST not in text
    assert version not in text


def test_it_is_healthy_while_envoy_answers(stage, ask):
    assert json.loads(ask("/health")[1]) == {"ready": True, "version": "", "proof_age": None}
    version = stage.deploy(locked(stage)).version
    status, body = ask("/health")
    health = json.loads(body)
    assert (status, health["ready"], health["version"]) == (200, True, version)
    assert health["proof_age"] < 60
    stage.stop()
    assert ask("/health")[0] == 503
    found = samples(ask("/metrics")[1])
    assert found["envoy_ready",] == 0
    assert "envoy_handshakes_total" not in {name for name, *_ in found}
    stage.process = stage.start()


def test_it_says_when_its_port_is_taken(stage):
    with exposed(stage.agent.metrics, 0) as port:
        second = exposed(stage.agent.metrics, port)
        with pytest.raises(OSError, match="in use"):
            second.__enter__()


def test_it_answers_nothing_else(ask):
    assert ask("/elsewhere")[0] == 404
