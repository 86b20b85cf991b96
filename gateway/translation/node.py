"""What one Envoy holds: several accounts' compiled parts in one listener, and the bootstrap that it starts
with.

The listener has two forms. Envoy starts with every chain in the listener's own file, so that it needs nobody
to serve what was proved last. While an agent runs, the listener only names the chains, and Envoy takes each
one alone from the agent (discovery.py): a change then costs what changed, and not what is there.

The listener's own fields are frozen: changing any of them would drain every connection of every host, while
a changed chain moves that host's connections only. All paths are relative, because Envoy runs in its node
directory; so the resources are the same on every node.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.translation import canonical
from gateway.translation.wire import TYPE, extension

AGENT = "agent"
CHAINS_SOCKET = "run/chains.sock"  # where the agent offers chains
FROM_THE_AGENT = {"resource_api_version": "V3", "ads": {}}
UNREACHABLE = "(nobody)"  # no host is called so
_AT_ONCE = {"retry_back_off": {"base_interval": "0.1s", "max_interval": "1s"}}  # an agent that starts anew

# Envoy looks at each of its statistics whenever one is asked for, and there would be a hundred for each host.
_UNCOUNTED = [{"prefix": each} for each in ("filter_chain.", "filter_chain_manager.", "cluster.target-")]

CONNECTION_LOG = {
    "time": "%START_TIME%",
    "host": "%REQUESTED_SERVER_NAME%",
    "chain": "%FILTER_CHAIN_NAME%",
    "fingerprint": "%DOWNSTREAM_PEER_FINGERPRINT_256%",
    "issuer": "%DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256%",
    "subject": "%DOWNSTREAM_PEER_SUBJECT%",
    "failure": "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
    "details": "%CONNECTION_TERMINATION_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "milliseconds": "%DURATION%",
}


@dataclass(frozen=True)
class NodeHost:
    """What a probe needs of a host. `certificate_sha256`: lower-case hex of the server certificate's DER.
    `refusal` and `in_tls`: as in `ir.Gate` and `ir.Trust`; the defaults are what deployments made before
    there was a choice mean."""

    name: str
    client_auth: str
    certificate_sha256: str
    chain_digest: str
    refusal: str = "explain"
    in_tls: bool = False


def version_of(digests: Iterable[str], address: str, port: int) -> str:
    """What names a node's configuration: SHA-256 of the digests of its parts, in their order, and of the
    listener around them."""
    return canonical.digest([[*digests], discovering([], address, port)])


def starting_text(version: str, chains: Iterable[str], address: str, port: int) -> str:
    """The LDS file to start with: `chains` (JSON texts) lie in it. Without a chain there is no listener.

    Texts are joined and not parsed, so that the work does not grow with the estate."""
    joined = ",".join(chains)
    if not joined:
        return _discovered(version)
    return _discovered(version, listener(["@chains"], address, port)).replace('"@chains"', joined)


def discovering_text(version: str, names: Sequence[str], address: str, port: int) -> str:
    """The LDS file beside an agent that offers the chains of these names."""
    return _discovered(version, *([discovering(names, address, port)] if names else []))


def _discovered(version: str, *resources: dict[str, Any]) -> str:
    return json.dumps({"version_info": version, "resources": resources})


def cds_text(version: str, clusters: Iterable[str]) -> str:
    """The CDS file with `clusters` (JSON texts)."""
    return f'{{"version_info":{json.dumps(version)},"resources":[{",".join(clusters)}]}}'


def listener(chains: list[Any], address: str, port: int) -> dict[str, Any]:
    """The one Listener, with `chains`. It has no default chain: an unknown or missing SNI is refused."""
    log = extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path="log/connections.jsonl",
        log_format={"json_format": CONNECTION_LOG},
    )
    inspector = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
    return {
        "@type": TYPE + "envoy.config.listener.v3.Listener",
        "name": "gateway",
        "address": {"socket_address": {"address": address, "port_value": port}},
        "listener_filters": [extension("envoy.filters.listener.tls_inspector", inspector)],
        "listener_filters_timeout": "10s",
        "access_log": [log],
        "filter_chains": chains,
    }


def discovering(names: Sequence[str], address: str, port: int) -> dict[str, Any]:
    """The Listener that takes its chains from the agent: each name that a client asks for (SNI) is the name
    of a chain (Listener.fcds_config, new in Envoy 1.40).

    The chain that nobody can reach is there because Envoy replaces a listener as a whole, and so drains all
    its connections, when it has no chain of its own.
    """
    server_name = "envoy.extensions.matching.common_inputs.network.v3.ServerNameInput"
    return {
        **listener([{"name": UNREACHABLE}], address, port),
        "filter_chain_matcher": {
            "matcher_tree": {
                "input": extension("server-name", server_name),
                "exact_match_map": {"map": {name: {"action": _chain_named(name)} for name in names}},
            }
        },
        "fcds_config": {"config_source": FROM_THE_AGENT},
    }


def _chain_named(name: str) -> dict[str, Any]:
    return extension("chain", "google.protobuf.StringValue", value=name)


def bootstrap(node_id: str, cluster: str = "countersign") -> dict[str, Any]:
    """Bootstrap of a node whose working directory is its node directory. The admin socket is 0600 and
    local."""
    return {
        "node": {"id": node_id, "cluster": cluster},
        "admin": {"address": {"pipe": {"path": "run/admin.sock", "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": _watched("live/lds.json"),
            "cds_config": _watched("live/cds.json"),
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": AGENT, "retry_policy": _AT_ONCE}}],
            },
        },
        "static_resources": {"clusters": [_agent()]},
        "stats_config": {"stats_matcher": {"exclusion_list": {"patterns": _UNCOUNTED}}},
    }


def _agent() -> dict[str, Any]:
    """The cluster of the agent that runs beside Envoy: one unix socket, which speaks gRPC."""
    options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    address = {"pipe": {"path": CHAINS_SOCKET}}
    return {
        "name": AGENT,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": AGENT,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
        "typed_extension_protocol_options": {
            options: {
                "@type": TYPE + options,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    }


def _watched(path: str) -> dict[str, Any]:
    source = {"path": path, "watched_directory": {"path": "live"}}
    return {"resource_api_version": "V3", "path_config_source": source}


def validation_bootstrap(
    listeners: Iterable[Mapping[str, Any]],
    clusters: Iterable[Mapping[str, Any]],
    admin_socket: str = "run/validate.sock",
) -> dict[str, Any]:
    """For `envoy --mode validate`, which does not read discovery files: the same resources as static ones."""
    return {
        "node": {"id": "validate", "cluster": "countersign"},
        "admin": {"address": {"pipe": {"path": admin_socket, "mode": 0o600}}},
        "static_resources": {
            "listeners": [_without_type(resource) for resource in listeners],
            "clusters": [_without_type(resource) for resource in clusters],
        },
    }


def _without_type(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "@type"}
