"""Why a host must stay: API proxies are on it, deployed or not."""

from __future__ import annotations

from collections.abc import Iterator

from common.keepers import keeps
from common.words import few
from vhosts.models import VirtualHost

from .models import Proxy


@keeps(VirtualHost)
def proxies_on_host(host: VirtualHost) -> Iterator[str]:
    """The proxies on it."""
    names = list(Proxy.objects.filter(placements__host=host).order_by("name").values_list("name", flat=True))
    if names:
        which = "An API proxy is" if len(names) == 1 else f"{len(names)} API proxies are"
        yield f"{which} on it: {few(names)}. Move what shall stay to another host, delete the rest."
