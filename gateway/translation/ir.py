"""The gateway's configuration in our own nouns, with nothing of Envoy in it. All of it is plain data."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """Something in the snapshot that could not be rendered as asked.

    `effect` says what the gateway does instead: "left out" (the host has no chain, nobody reaches it),
    "refuses everybody" (the host answers 400 to every caller), "unavailable" (the proxy answers 503),
    "ignored" (one certificate counts for nothing; the rest works).
    """

    code: str
    host: str
    subject: str
    sentence: str
    remedy: str
    effect: str


@dataclass(frozen=True)
class Trust:
    """Who gets in. `issuers`: fingerprints of the CAs whose clients enter; `pins`: fingerprints of single
    clients.

    `ca_file` holds exactly the issuers, or the placeholder CA when there are none.
    """

    issuers: tuple[str, ...]
    pins: tuple[str, ...]
    ca_file: str


@dataclass(frozen=True)
class Gate:
    """One host: its SNI name, its own certificate and, when it asks for client certificates, whom it
    trusts."""

    host_id: str
    name: str
    certificate_file: str
    key_file: str
    certificate_sha256: str
    trust: Trust | None


@dataclass(frozen=True)
class Upstream:
    """Where a proxy leads. `ca_file` is "" for plain http."""

    scheme: str
    host: str
    port: int
    ca_file: str

    @property
    def authority(self) -> str:
        """The Host header that the target expects (RFC 9110, section 7.2)."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == {"http": 80, "https": 443}[self.scheme] else f"{name}:{self.port}"


@dataclass(frozen=True)
class Route:
    """A proxy on its hosts (host ids). `upstream` None: the target cannot be used and callers read 503."""

    proxy_id: str
    base_path: str
    hosts: tuple[str, ...]
    upstream: Upstream | None
    target_path: str


@dataclass(frozen=True)
class IR:
    account: str
    gates: tuple[Gate, ...]
    routes: tuple[Route, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
