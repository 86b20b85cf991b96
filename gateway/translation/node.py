"""What one Envoy holds: several accounts' compiled parts in one listener, and the bootstrap that it starts
with.

The listener's own fields are frozen: changing any of them would drain every connection of every host, while
a changed chain moves that host's connections only. All paths are relative, because Envoy runs in its node
directory; so the resources are the same on every node.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.translation import canonical
from gateway.translation.wire import TYPE, extension

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
    return canonical.digest([[*digests], listener([], address, port)])


def lds_text(version: str, chains: Iterable[str], address: str, port: int) -> str:
    """The LDS file with `chains` (JSON texts). Without a chain there is no listener. Texts are joined, not
    parsed, so that the work does not grow with the estate."""
    joined = ",".join(chains)
    if not joined:
        return json.dumps({"version_info": version, "resources": []})
    around = json.dumps({"version_info": version, "resources": [listener(["@chains"], address, port)]})
    return around.replace('"@chains"', joined)


def cds_text(version: str, clusters: Iterable[str]) -> str:
    """The CDS file with `clusters` (JSON texts)."""
    return f'{{"version_info":{json.dumps(version)},"resources":[{",".join(clusters)}]}}'


def listener(chains: list[Any], address: str, port: int) -> dict[str, Any]:
    """The one Listener. It has no default chain: an unknown or missing SNI is refused."""
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


def bootstrap(node_id: str, cluster: str = "countersign") -> dict[str, Any]:
    """Bootstrap of a node whose working directory is its node directory. The admin socket is 0600 and
    local."""
    return {
        "node": {"id": node_id, "cluster": cluster},
        "admin": {"address": {"pipe": {"path": "run/admin.sock", "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": _watched("live/lds.json"),
            "cds_config": _watched("live/cds.json"),
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
