"""What of a chain reaches Envoy over gRPC."""

import json

import pytest
from google.protobuf.json_format import MessageToDict

from gateway.agent import xds
from gateway.translation.tests.golden import CASES, compiled

CHAINS = [
    pytest.param(chain, id=f"{case.name}-{name}")
    for case in CASES
    for name, chain in compiled(case).chains.items()
]


def _unpacked(response):
    """The FilterChain in a response as JSON again."""
    (resource,) = response.resources
    chain = xds.message("FilterChain").FromString(resource.resource.value)
    plain = {
        "name": chain.name,
        "transport_socket_connect_timeout": chain.transport_socket_connect_timeout.ToJsonString(),
        "transport_socket": _extension(chain.transport_socket),
        "filters": [_extension(each) for each in chain.filters],
    }
    assert {field.name for field, _ in chain.ListFields()} == set(plain)
    return plain


def _extension(extension):
    struct = xds.message("TypedStruct").FromString(extension.typed_config.value)
    return {
        "name": extension.name,
        "typed_config": {"@type": struct.type_url, **MessageToDict(struct.value)},
    }


@pytest.mark.parametrize("chain", CHAINS)
def test_it_leaves_nothing_out_but_the_match_that_the_listener_makes(chain):
    response = xds.offer(chain["name"], "1", json.dumps(chain), "n")
    assert _unpacked(response) == {key: value for key, value in chain.items() if key != "filter_chain_match"}
