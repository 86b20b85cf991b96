"""What Envoy says against a configuration, in words about hosts: it speaks of files."""

from __future__ import annotations

import re
from typing import Any

from common.words import few

_FILE = re.compile(r"files/(?P<kind>[a-z]+)-[0-9a-f]{64}\.pem")
_MEANS = {
    "key": ("the private key", "Import the server key and its certificate together again."),
    "crt": ("the server certificate", "Upload the server certificate and its chain again."),
    "ts": ("the trusted certificates", "Take out the entry that was imported last, or import it again."),
}


def explain(compiled: dict[str, Any], said: str) -> str:
    """`said` with the hosts that it is about and what to do, where its files, or names, tell."""
    for found in _FILE.finditer(said):
        hosts = [gate["name"] for gate in compiled["ir"]["gates"] if found[0] in _files(gate)]
        if hosts and found["kind"] in _MEANS:
            what, remedy = _MEANS[found["kind"]]
            return f"{few(hosts)}: Envoy would refuse it, as it cannot use {what}. {remedy} It says: {said}"
    if named := [gate["name"] for gate in compiled["ir"]["gates"] if gate["name"] in said]:
        return f"{few(named)}: Envoy would refuse it: {said}"
    return f"Envoy would refuse it: {said}"


def _files(gate: dict[str, Any]) -> list[str]:
    trust = gate["trust"] or {}
    return [
        gate["certificate_file"],
        gate["key_file"],
        *(value for value in trust.values() if isinstance(value, str)),
    ]
