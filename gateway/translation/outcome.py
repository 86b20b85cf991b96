"""What compiling gives: plain data, as a deployment stores it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.translation.ir import IR, Problem


@dataclass(frozen=True)
class CompiledProxy:
    """`digest`: SHA-256 of what Envoy would hold for this proxy: its route, its cluster, and the chains of
    its hosts without other proxies' routes. `facts` are for `reasons`."""

    digest: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class CompiledHost:
    """`digest`: SHA-256 of the host's chain without any proxy's route. `chain_digest`: of the chain as
    deployed, so it says whether the host needs a new proof. `certificate_sha256`: of the server certificate
    (hex)."""

    name: str
    digest: str
    facts: dict[str, Any]
    client_auth: str
    certificate_sha256: str
    chain_digest: str
    refusal: str
    in_tls: bool


@dataclass(frozen=True)
class Compiled:
    """`chains` by host name, `clusters` by name, `files` name to PEM text, `keys` file name to key_id;
    `proxies` and `hosts` by id. `digest`: SHA-256 of everything that reaches Envoy. `redraw_at`: compile
    again from then on, since an anchor starts or ends (None: never). `kept`: hosts (ids) that stay as they
    are live, with what is wrong with them today."""

    ir: IR
    chains: dict[str, dict[str, Any]]
    clusters: dict[str, dict[str, Any]]
    files: dict[str, str]
    keys: dict[str, str]
    proxies: dict[str, CompiledProxy]
    hosts: dict[str, CompiledHost]
    problems: tuple[Problem, ...]
    redraw_at: datetime | None
    digest: str
    kept: dict[str, list[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON column; dates as ISO 8601, tuples as lists."""
        return {
            "ir": listed(self.ir.to_json()),
            "chains": self.chains,
            "clusters": self.clusters,
            "files": self.files,
            "keys": self.keys,
            "proxies": {proxy_id: vars(proxy) for proxy_id, proxy in self.proxies.items()},
            "hosts": {host_id: vars(host) for host_id, host in self.hosts.items()},
            "problems": [vars(problem) for problem in self.problems],
            "redraw_at": self.redraw_at.isoformat() if self.redraw_at else None,
            "digest": self.digest,
            "kept": self.kept,
        }


def listed(value: Any) -> Any:
    """The same with lists for tuples, as JSON will give it back."""
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [listed(item) for item in value]
    return value
