"""The gateway's configuration in our own nouns, with nothing of Envoy in it. All of it is plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from certificates.pki.san_rules import SanRule


@dataclass(frozen=True)
class Problem:
    """Something in the snapshot that could not be rendered as asked.

    `effect` says what the gateway does instead: "left out" (the host has no chain, nobody reaches it),
    "refuses everybody" (the host refuses every caller), "refuses every certificate" (an optional host: who
    has none enters), "notes everybody" (a trial: nobody is refused), "unavailable" (the proxy answers 503),
    "ignored" (one certificate or wish counts for nothing; the rest works), "keeps what is live" (the host's
    chain stays as it was deployed last).
    """

    code: str
    host: str
    subject: str
    sentence: str
    remedy: str
    effect: str


@dataclass(frozen=True)
class Group:
    """CAs whose clients enter under the same rules. Without rules everyone they issued for enters."""

    name: str
    rules: tuple[SanRule, ...]
    issuers: tuple[str, ...]


@dataclass(frozen=True)
class Trust:
    """Who gets in. `issuers`: fingerprints of the CAs whose clients enter, each in one of `groups`; `pins`:
    fingerprints of single clients.

    `others`: name of the group of a client whose direct issuer is none of `issuers` but leads to one of
    them; "": such a client is refused, since nobody can tell which rules hold. `ca_file` holds the issuers,
    with `in_tls` the pins too, or the placeholder CA when there is nothing to hold. `in_tls`: TLS itself
    refuses strangers.
    """

    issuers: tuple[str, ...]
    pins: tuple[str, ...]
    groups: tuple[Group, ...]
    others: str
    ca_file: str
    in_tls: bool


@dataclass(frozen=True)
class Gate:
    """One host: its SNI name, its own certificate and, when it asks for client certificates, whom it
    trusts.

    `refusal` is "explain" or "handshake" where somebody is refused, "" on a host that refuses nobody (off,
    trial). `account` (uuid) and `denied` (fingerprints): whom the account refuses whatever the truststore
    says; both are empty where nobody is asked for a certificate.
    """

    host_id: str
    name: str
    certificate_file: str
    key_file: str
    certificate_sha256: str
    client_auth: str
    refusal: str
    trust: Trust | None
    account: str = ""
    denied: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Gate":
        """Read a gate of an IR that was stored as JSON. Raises KeyError or TypeError for an older shape."""
        trust = plain["trust"]
        if trust is not None:
            groups = tuple(
                Group(each["name"], tuple(SanRule(**rule) for rule in each["rules"]), tuple(each["issuers"]))
                for each in trust["groups"]
            )
            lists = {"issuers": tuple(trust["issuers"]), "pins": tuple(trust["pins"]), "groups": groups}
            trust = Trust(**{**trust, **lists})
        return cls(**{**plain, "trust": trust, "denied": tuple(plain.get("denied", ()))})


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
