"""Who made what differs: the person behind each reason of a flag, as the audit trail has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Max, Q

from accounts.models import Account, AuditEntry
from vhosts.models import VirtualHost

from .translation.reasons import reasons

Facts = Mapping[str, Any]
TRUST = ("truststore", "trusted certificates")
SERVER = ("server certificate", "server key")
DENIED = ("denied certificates",)
_ACTS = Q(
    action__in=("truststore:version_activated", "reference:repointed", "proxy:changed", "proxy:created")
)
_ACTS |= Q(action__startswith="host:") | Q(action__startswith="keystore:")


class Blame:
    """Sentences of `translation.reasons`, each with who did it: "…, by Alice Weber".

    Certificates that end by themselves, and a portal that renders otherwise, are nobody's doing. Four
    queries, made when the first sentence is asked for.
    """

    def __init__(self, account: Account) -> None:
        self.account = account

    def reasons(self, proxy: str, old: Facts, new: Facts) -> list[str]:
        """Why a proxy (uuid) differs; `old` and `new`: its facts as deployed and as of today."""
        said: list[str] = []
        for part_old, part_new, key in self._parts(old, new):
            who = self._who(key, proxy, part_old, part_new)
            said += [f"{sentence}, by {who}" if who else sentence for sentence in reasons(part_old, part_new)]
        return said or reasons(old, new)

    def _parts(self, old: Facts, new: Facts) -> Iterable[tuple[Facts, Facts, str]]:
        """Pairs of facts that differ and are one person's doing, with the key that says whose."""
        shared = [key for key in new if key.startswith("host ") and key in old]
        own = [{key: value for key, value in facts.items() if key not in shared} for facts in (old, new)]
        libraries = [_only(facts, ("target's CA list",)) for facts in own]
        yield from _if_differing(*(_without(facts, ("target's CA list",)) for facts in own), "proxy")
        yield from _if_differing(*libraries, "")
        for key in shared:
            was, becomes = old[key], new[key]
            elsewhere = TRUST + SERVER + DENIED
            rest = (_without(was, elsewhere), _without(becomes, elsewhere))
            yield from _if_differing({key: rest[0]}, {key: rest[1]}, f"settings of {key}")
            for names in (TRUST, SERVER, DENIED):
                pair = (_only(was, names), _only(becomes, names))
                yield from _if_differing({key: pair[0]}, {key: pair[1]}, f"{names[0]} of {key}")

    def _who(self, key: str, proxy: str, old: Facts, new: Facts) -> str:
        if key in ("", "proxy"):
            return self._actors.get(proxy, "") if key else ""
        what, _, host_key = key.partition(" of ")
        host = self._hosts.get(host_key.removeprefix("host "))
        if host is None:
            return ""
        if what == "truststore":
            return self._who_changed_trust(host, old[host_key], new[host_key])
        if what == DENIED[0]:
            return self._denier
        if what == "server certificate":
            return self._actors.get(str(host.key_store.uuid), "") if host.key_store else ""
        return self._actors.get(str(host.uuid), "")

    def _who_changed_trust(self, host: VirtualHost, old: Facts, new: Facts) -> str:
        was, becomes = old.get("truststore"), new.get("truststore")
        store = host.trusted
        if (
            was == becomes or store is None
        ):  # the same version: dates did it; no truststore: the host's request
            return "" if was == becomes else self._actors.get(str(host.uuid), "")
        if was and _store(was) == _store(becomes):
            return self._actors.get(str(store.uuid), "")
        if was and host.reference and f" via {host.reference}" in was:
            return self._actors.get(str(host.reference.uuid), "")
        return self._actors.get(str(host.uuid), "")

    @cached_property
    def _hosts(self) -> dict[str, VirtualHost]:
        rows = VirtualHost.objects.filter(account=self.account)
        rows = rows.select_related(
            "truststore", "reference__truststore", "keystore", "keystore_reference__keystore"
        )
        return {host.name: host for host in rows}

    @cached_property
    def _denier(self) -> str:
        """Who denied a certificate, or took a denial back, last; time alone is nobody."""
        acts = AuditEntry.objects.filter(account=self.account, action__startswith="denial:").order_by("-pk")
        action, actor = acts.values_list("action", "actor").first() or ("", "")
        return "" if action == "denial:ended" else actor

    @cached_property
    def _actors(self) -> dict[str, str]:
        """Who last did something to a subject (uuid) that may change the configuration."""
        acts = AuditEntry.objects.filter(_ACTS, account=self.account, subject_uuid__isnull=False).order_by()
        newest = acts.values("subject_uuid").annotate(last=Max("pk")).values("last")
        rows = AuditEntry.objects.filter(pk__in=newest).order_by()
        return {str(uuid): actor for uuid, actor in rows.values_list("subject_uuid", "actor")}


def _if_differing(old: Facts, new: Facts, key: str) -> Iterable[tuple[Facts, Facts, str]]:
    if old != new:
        yield old, new, key


def _only(facts: Facts, names: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key in names}


def _without(facts: Facts, names: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in names}


def _store(fact: str | None) -> tuple[str, str]:
    """Name of the truststore and how it is reached, of "partners version 3 via ref://partners"."""
    name, _, rest = (fact or "").rpartition(" version ")
    return name, rest.partition(" via ")[2]
