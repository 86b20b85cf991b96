"""Why a host must stay: an incident about it is open. Ended ones keep their history without it."""

from __future__ import annotations

from collections.abc import Iterator

from common.keepers import keeps
from common.words import few
from vhosts.models import VirtualHost

from .selectors import ENDED, incidents_on


@keeps(VirtualHost)
def open_incidents(host: VirtualHost) -> Iterator[str]:
    """The open incidents about it."""
    names = [str(incident) for incident in incidents_on(host).exclude(status__in=ENDED)]
    if names:
        which = "The incident" if len(names) == 1 else "The incidents"
        yield f"{which} {few(names)} about it {'is' if len(names) == 1 else 'are'} open. Withdraw first."
