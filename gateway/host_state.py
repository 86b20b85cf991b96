"""What the gateway does on a host now, beside what the host asks for: the first is the truth for callers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vhosts.models import ClientAuth, VirtualHost

NOT_LIVE = "not live"


@dataclass(frozen=True)
class HostState:
    """`status`: what the gateway asks of callers now (off, required), or *not live*.

    `note`: what differs from the host's own settings, in a few words; "" when nothing does.
    """

    status: str
    note: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the gateway answers to it at all."""
        return self.status != NOT_LIVE


def state_of(host: VirtualHost, live: dict[str, Any] | None) -> HostState:
    """Compare a host with its row of the live deployment (`selectors.live_host`), None for no row."""
    if live is None:
        return HostState(NOT_LIVE, f"{host.client_auth} once deployed")
    if live["client_auth"] != host.client_auth:
        return HostState(live["client_auth"], f"{host.client_auth} once deployed")
    if live["name"] != host.name:
        return HostState(live["client_auth"], "another name once deployed")
    if _truststore_on(live) != _truststore(host):
        return HostState(live["client_auth"], f"still by {_truststore_on(live) or 'nothing'}")
    return HostState(live["client_auth"])


def differences(host: VirtualHost, live: dict[str, Any] | None) -> list[str]:
    """What the gateway does otherwise than the host says today, as sentences; empty when in step."""
    if live is None:
        return ["The gateway does not know this host yet."]
    said = []
    if live["name"] != host.name:
        said.append(f"The gateway still answers to {live['name']}.")
    if live["client_auth"] != host.client_auth:
        said.append(f"On the gateway client authentication is still {live['client_auth']}.")
    elif _truststore_on(live) != _truststore(host):
        said.append(f"The gateway still trusts by {_truststore_on(live) or 'nothing'}.")
    return said


def _truststore_on(live: dict[str, Any]) -> str:
    return live["facts"].get("truststore", "")


def _truststore(host: VirtualHost) -> str:
    """The truststore as the compiled facts of a host name it; they name none where nobody is asked."""
    store = host.trusted
    if store is None or store.current is None or host.client_auth == ClientAuth.OFF:
        return ""
    return f"{store.name} version {store.current.number}" + (
        f" via {host.reference}" if host.reference else ""
    )
