"""What the translation reads: one account's hosts, trust and proxies at one moment, free of the ORM.

`gateway.snapshot` fills these from the database. PEM texts hold certificates only; a private key is named
by its `key_id` and never travels through here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from certificates.pki.san_rules import SanRule

Role = Literal["anchor", "intermediate", "client"]
ClientAuth = Literal["off", "optional", "required", "trial"]
Refusal = Literal["explain", "handshake"]


@dataclass(frozen=True)
class ServerKey:
    """A host's keystore entry. `chain_pem`: the server certificate first, then its issuers.

    `key_id` names the private key and must be unique over all accounts, and new whenever the key is.
    """

    name: str
    alias: str
    chain_pem: str
    key_id: str


@dataclass(frozen=True)
class Entry:
    """A certificate in a truststore version. `fingerprint`: lower-case hex SHA-256 of the DER. Dates are
    aware. `san_rules`: of an anchor, the names that its clients must have one of; none: any client."""

    fingerprint: str
    role: Role
    alias: str
    pem: str
    not_before: datetime
    not_after: datetime
    san_rules: tuple[SanRule, ...] = ()


@dataclass(frozen=True)
class Truststore:
    """One version of a truststore. `via` is "" or the reference that led here, as "ref://name"."""

    name: str
    version: int
    via: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Host:
    """A virtual host. `name` is its FQDN; the translation lower-cases it, because Envoy refuses other SNI.

    `refusal`: whether it refuses over HTTP with a reason, or in the TLS handshake as far as TLS can.
    """

    id: str
    name: str
    client_auth: ClientAuth
    keystore: ServerKey
    truststore: Truststore | None = None
    refusal: Refusal = "explain"

    def __post_init__(self) -> None:
        if self.client_auth not in get_args(ClientAuth):
            raise ValueError(f"{self.name}: client authentication {self.client_auth!r} cannot be rendered")
        if self.refusal not in get_args(Refusal):
            raise ValueError(f"{self.name}: refusal {self.refusal!r} cannot be rendered")


@dataclass(frozen=True)
class Proxy:
    """An API proxy: `base_path` on each of `hosts` (host ids) leads to `target_url` (http or https)."""

    id: str
    name: str
    base_path: str
    hosts: tuple[str, ...]
    target_url: str


@dataclass(frozen=True)
class Snapshot:
    """Everything of one account that may reach a gateway. `denied`: fingerprints (lower-case hex SHA-256) of
    client certificates that none of its hosts may accept."""

    account: str
    hosts: tuple[Host, ...]
    proxies: tuple[Proxy, ...]
    denied: tuple[str, ...] = ()
