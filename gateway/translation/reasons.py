"""Why a deployed configuration differs from today's, in sentences: the facts of two digests compared."""

import re
from collections.abc import Mapping
from typing import Any

_VERSION = re.compile(r"(?P<store>.+) version (?P<version>\d+)(?P<via> via ref://.+)?")

# Shown only when nothing else about the same host says it: a new version brings new certificates with it.
_IMPLIED = {
    "trusted certificates": "truststore",
    "server key": "server certificate",
    "refusal": "client authentication",
}


def reasons(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[str]:
    """Sentences for the difference between `facts` stored with a deployment (None: not deployed) and
    today's (None: gone). Takes the facts of a proxy or of a host. Call it when the digests differ: with
    equal facts it says that only the rendering changed."""
    if old is None:
        return ["not deployed yet"]
    if new is None:
        return ["still deployed, though it is gone"]
    said = [*_hosts_gone_or_new(old, new), *_changes(old, new, "")]
    for key in new:
        if _is_host(key) and key in old:
            said += _changes(old[key], new[key], key.removeprefix("host ") + ": ")
    return said or ["the same settings are rendered differently by this version of the portal"]


def _is_host(key: str) -> bool:
    return key.startswith("host ")


def _hosts_gone_or_new(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    came = [f"new on {key.removeprefix('host ')}" for key in new if _is_host(key) and key not in old]
    went = [f"no longer on {key.removeprefix('host ')}" for key in old if _is_host(key) and key not in new]
    return came + went


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> list[str]:
    changed = [key for key in {**old, **new} if not _is_host(key) and old.get(key) != new.get(key)]
    return [
        where + _sentence(key, old.get(key), new.get(key))
        for key in changed
        if _IMPLIED.get(key) not in changed
    ]


def _sentence(what: str, old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return f"{what} {old or 'none'} → {new or 'none'}"
    if what == "truststore":
        before, after = _VERSION.fullmatch(old), _VERSION.fullmatch(new)
        if before and after and (before["store"], before["via"]) == (after["store"], after["via"]):
            return f"{what} {after['store']} version {before['version']} → version {after['version']}"
    return f"{what} {old} → {new}"
