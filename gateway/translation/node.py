"""What one Envoy holds: several accounts' compiled parts in one listener, and the bootstrap that it starts
with.

The listener's own fields are frozen: changing any of them would drain every connection of every host, while
a changed chain moves that host's connections only. All paths are relative, because Envoy runs in its node
directory; so the resources are the same on every node.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
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
class CompiledPart:
    """One account's `Compiled.to_json()`, as its deployment stored it."""

    account: str
    compiled: Mapping[str, Any]


@dataclass(frozen=True)
class NodeHost:
    """What a probe needs of a host. `certificate_sha256`: lower-case hex of the server certificate's DER."""

    name: str
    client_auth: str
    certificate_sha256: str
    chain_digest: str


@dataclass(frozen=True)
class NodeConfig:
    """`lds` and `cds`: the two discovery files. `files`: name to PEM text. `keys`: file name to key_id.
    `hosts`: name, client_auth, certificate_sha256 and chain_digest of each. `shadowed`: (account, host
    name) that an earlier part already served and that were therefore left out. `version` is the SHA-256 of
    the content.
    """

    version: str
    lds: dict[str, Any]
    cds: dict[str, Any]
    files: dict[str, str]
    keys: dict[str, str]
    hosts: tuple[NodeHost, ...]
    shadowed: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def assemble(parts: Iterable[CompiledPart], address: str, port: int) -> NodeConfig:
    """Merge the parts into what a node at `address`:`port` serves. Where two accounts claim one host name,
    the part that comes first keeps it. The result is ordered by name, so equal parts give an equal
    version."""
    chains: dict[str, Any] = {}
    clusters: dict[str, Any] = {}
    files: dict[str, str] = {}
    keys: dict[str, str] = {}
    hosts: dict[str, NodeHost] = {}
    shadowed: list[tuple[str, str]] = []
    for part in parts:
        described = {host["name"]: host for host in part.compiled["hosts"].values()}
        for name, chain in part.compiled["chains"].items():
            if name in chains:
                shadowed.append((part.account, name))
                continue
            chains[name] = chain
            host = described[name]
            hosts[name] = NodeHost(
                name, host["client_auth"], host["certificate_sha256"], host["chain_digest"]
            )
        clusters |= part.compiled["clusters"]
        files |= part.compiled["files"]
        keys |= part.compiled["keys"]
    listeners = [listener([chains[name] for name in sorted(chains)], address, port)] if chains else []
    ordered = [clusters[name] for name in sorted(clusters)]
    version = canonical.digest([listeners, ordered, files, keys])
    return NodeConfig(
        version=version,
        lds={"version_info": version, "resources": listeners},
        cds={"version_info": version, "resources": ordered},
        files=dict(sorted(files.items())),
        keys=dict(sorted(keys.items())),
        hosts=tuple(hosts[name] for name in sorted(hosts)),
        shadowed=tuple(shadowed),
    )


def listener(chains: list[dict[str, Any]], address: str, port: int) -> dict[str, Any]:
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
    config: Mapping[str, Any], admin_socket: str = "run/validate.sock"
) -> dict[str, Any]:
    """For `envoy --mode validate`, which does not read discovery files: the same resources as static ones.

    `config`: anything with the `lds` and `cds` of a NodeConfig.
    """
    return {
        "node": {"id": "validate", "cluster": "countersign"},
        "admin": {"address": {"pipe": {"path": admin_socket, "mode": 0o600}}},
        "static_resources": {
            "listeners": [_without_type(resource) for resource in config["lds"]["resources"]],
            "clusters": [_without_type(resource) for resource in config["cds"]["resources"]],
        },
    }


def _without_type(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "@type"}
