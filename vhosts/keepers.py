"""Why server keys and keystores must stay: hosts answer with them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from certificates.models import Keystore, ServerKey
from common.keepers import keeps
from common.words import few

from .answering import key_of
from .models import VirtualHost


def _hosts_of(keystore: Keystore) -> QuerySet[VirtualHost]:
    by_reference = Q(keystore_reference__keystore=keystore)
    hosts = VirtualHost.objects.filter(Q(keystore=keystore) | by_reference)
    return hosts.select_related("keystore", "keystore_reference__keystore")


@keeps(Keystore)
def hosts_of_keystore(keystore: Keystore) -> Iterator[str]:
    """The hosts that name it."""
    names = list(_hosts_of(keystore).values_list("name", flat=True))
    if names:
        yield f"{few(names)} answers with it. Let it answer with another keystore first."


@keeps(ServerKey)
def hosts_of_key(key: ServerKey) -> Iterator[str]:
    """The hosts that answer with this key."""
    names = [host.name for host in _hosts_of(key.keystore) if key_of(host) == key]
    if names:
        yield f"{few(names)} answers with it. Let it answer with another entry first."
