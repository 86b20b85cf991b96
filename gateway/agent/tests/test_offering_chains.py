"""What an Envoy that asks for chains is told: a real gRPC stream, and a client that says what Envoy says."""

import json
import time
from queue import Queue

import grpc
import pytest

from gateway.agent import envoy, xds
from gateway.agent.discovery import Chains
from gateway.translation import canonical

METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
CHAIN = {
    "name": "a.test",
    "transport_socket": {"name": "tls", "typed_config": {"@type": "type.googleapis.com/x", "y": 1}},
    "transport_socket_connect_timeout": "10s",
    "filters": [],
}
A = json.dumps(CHAIN)
OTHER = json.dumps({**CHAIN, "transport_socket_connect_timeout": "11s"})


class Client:
    """Speaks as Envoy does."""

    def __init__(self, socket):
        self._channel = grpc.insecure_channel(f"unix:{socket}")
        self._queue = Queue()
        method = self._channel.stream_stream(
            METHOD,
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=xds.message("DeltaDiscoveryResponse").FromString,
        )
        self._answers = method(iter(self._queue.get, None), timeout=20)

    def say(self, **fields):
        self._queue.put(xds.message("DeltaDiscoveryRequest")(type_url=xds.FILTER_CHAIN, **fields))

    def hear(self):
        return next(self._answers)

    def close(self):
        self._queue.put(None)
        self._channel.close()


@pytest.fixture
def chains(tmp_path):
    made = Chains(tmp_path / "chains.sock")
    yield made
    made.close()


@pytest.fixture
def client(chains, tmp_path):
    made = Client(tmp_path / "chains.sock")
    yield made
    made.close()


def test_it_brings_a_chain_that_is_asked_for_and_again_when_it_changes(chains, client):
    chains.offer({"a.test": A, "b.test": A})
    client.say(resource_names_subscribe=["a.test"])
    first = client.hear()
    client.say(response_nonce=first.nonce)
    chains.wait_until_taken(["a.test"], 5)
    chains.offer({"a.test": OTHER, "b.test": OTHER})
    second = client.hear()
    client.say(response_nonce=second.nonce)
    chains.wait_until_taken(chains.asked(), 5)
    assert [r.resources[0].name for r in (first, second)] == ["a.test", "a.test"]
    assert second.resources[0].version == canonical.sha256(OTHER)


def test_it_says_of_a_name_that_it_does_not_offer_that_there_is_none(chains, client):
    chains.offer({})
    client.say(resource_names_subscribe=["gone.test"])
    assert client.hear().removed_resources == ["gone.test"]


def test_it_says_nothing_before_it_knows_what_to_offer(chains, client):
    client.say(resource_names_subscribe=["a.test"])
    time.sleep(0.3)
    chains.offer({"a.test": A})
    assert client.hear().resources[0].name == "a.test"


def test_it_sends_a_refused_chain_again_when_it_is_offered_again(chains, client):
    chains.offer({"a.test": A})
    client.say(resource_names_subscribe=["a.test"])
    client.say(response_nonce=client.hear().nonce, error_detail=xds.message("Status")(code=3, message="no"))
    with pytest.raises(envoy.Refused):
        chains.wait_until_taken(["a.test"], 5)
    chains.offer({"a.test": A})
    client.say(response_nonce=client.hear().nonce)
    chains.wait_until_taken(["a.test"], 5)


def test_it_does_not_wait_long_for_an_envoy_that_has_gone(chains, client):
    chains.offer({"a.test": A})
    client.say(resource_names_subscribe=["a.test"])
    client.hear()
    client.close()
    with pytest.raises(envoy.Unreachable):
        chains.wait_until_taken(["a.test"], 60)


def test_it_lets_one_agent_alone_offer_chains_in_a_folder(chains, tmp_path):
    with pytest.raises(OSError, match="another agent"):
        Chains(tmp_path / "chains.sock")
    assert (tmp_path / "chains.sock").exists()


def test_it_withdraws_what_it_no_longer_offers(chains, client):
    chains.offer({"a.test": A})
    client.say(resource_names_subscribe=["a.test"])
    client.say(response_nonce=client.hear().nonce)
    chains.wait_until_taken(["a.test"], 5)
    chains.offer({})
    gone = client.hear()
    assert gone.removed_resources == ["a.test"]
    client.say(response_nonce=gone.nonce)
    chains.wait_until_taken(chains.asked(), 5)


def test_it_sends_nothing_that_an_envoy_that_comes_back_has(chains, client):
    chains.offer({"a.test": A, "b.test": A})
    versions = xds.message("Version")
    has = [versions(key=name, value=canonical.sha256(A)) for name in ("a.test", "b.test")]
    client.say(resource_names_subscribe=["a.test", "b.test"], initial_resource_versions=has)
    chains.wait_until_taken(["a.test", "b.test"], 5)
    chains.offer({"a.test": A, "b.test": OTHER})
    assert client.hear().resources[0].name == "b.test"


def test_it_names_the_host_and_the_reason_of_a_chain_that_is_refused(chains, client):
    chains.offer({"a.test": A})
    client.say(resource_names_subscribe=["a.test"])
    why = xds.message("Status")(code=3, message="a key is missing")
    client.say(response_nonce=client.hear().nonce, error_detail=why)
    with pytest.raises(envoy.Refused, match=r"^a\.test: a key is missing$"):
        chains.wait_until_taken(["a.test"], 5)


def test_it_forgets_a_refusal_when_the_chain_before_is_offered_again(chains, client):
    chains.offer({"a.test": A})
    client.say(resource_names_subscribe=["a.test"])
    client.say(response_nonce=client.hear().nonce)
    chains.wait_until_taken(["a.test"], 5)
    chains.offer({"a.test": OTHER})
    client.say(response_nonce=client.hear().nonce, error_detail=xds.message("Status")(code=3, message="no"))
    with pytest.raises(envoy.Refused):
        chains.wait_until_taken(["a.test"], 5)
    chains.offer({"a.test": A})
    chains.wait_until_taken(["a.test"], 5)
    assert client.hear().resources[0].version == canonical.sha256(A)


def test_it_does_not_wait_for_ever(chains, client):
    chains.offer({"a.test": A})
    with pytest.raises(envoy.Refused, match=r"did not take a\.test"):
        chains.wait_until_taken(["a.test"], 0.1)


def test_it_serves_the_newest_stream(chains, client, tmp_path):
    chains.offer({"a.test": A})
    client.say(resource_names_subscribe=["a.test"])
    client.hear()
    second = Client(tmp_path / "chains.sock")
    second.say(resource_names_subscribe=["a.test"])
    second.say(response_nonce=second.hear().nonce)
    chains.wait_until_taken(["a.test"], 5)
    second.close()
