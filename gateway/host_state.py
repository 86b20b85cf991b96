"""What the gateway does on a host now, beside what the host asks for: the first is the truth for callers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vhosts.models import ClientAuth, VirtualHost

NOT_LIVE = "not live"


@dataclass(frozen=True)
class HostState:
    """`status`: what the gateway asks of callers now (a client authentication), or *not live*.

    `note`: what differs from the host's own settings, in a few words; "" when nothing does. `refusal`:
    explain or handshake where it refuses somebody; `in_tls`: TLS itself refuses strangers.
    """

    status: str
    note: str = ""
    refusal: str = ""
    in_tls: bool = False

    @property
    def is_live(self) -> bool:
        """Whether the gateway answers to it at all."""
        return self.status != NOT_LIVE


def state_of(host: VirtualHost, live: dict[str, Any] | None) -> HostState:
    """Compare a host with its row of the live deployment (`selectors.live_host`), None for no row."""
    if live is None:
        return HostState(NOT_LIVE, f"{host.client_auth} once deployed")
    note = ""
    if live["client_auth"] != host.client_auth:
        note = f"{host.client_auth} once deployed"
    elif live["name"] != host.name:
        note = "another name once deployed"
    elif _truststore_on(live) != _truststore(host):
        note = f"still by {_truststore_on(live) or 'nothing'}"
    elif refuses_on(live) != _refuses(host):
        note = f"still refuses by {refuses_on(live)}"
    return HostState(live["client_auth"], note, refuses_on(live), live.get("in_tls", False))


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
    elif refuses_on(live) != _refuses(host):
        said.append(f"The gateway still refuses in the style {refuses_on(live)}.")
    return said


def refuses_on(live: dict[str, Any]) -> str:
    """How the gateway refuses on a host, "" where it refuses nobody. Deployments made before there was a
    choice explain."""
    return live.get("refusal", "explain" if live["client_auth"] == ClientAuth.REQUIRED else "")


def _refuses(host: VirtualHost) -> str:
    return host.refusal if host.client_auth in (ClientAuth.OPTIONAL, ClientAuth.REQUIRED) else ""


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
