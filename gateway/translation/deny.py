"""Refusing a certificate at once: the emergency list that every locked chain reads from one file, and the
denials that a deployment carries itself.

What is compared is "account:fingerprint of the leaf whose key TLS just proved". A filter writes it into the
stream's filter state, which no caller can write and no target reads; RBAC looks it up in a map. Both stand
before the lock, so a host in trial refuses too. Every host's chain refers to the same ECDS resource
(config_discovery), so live connections notice without a new listener, within milliseconds (measured on Envoy
1.40). A list that Envoy cannot read leaves the one before it in force, and none at all after a start: the
lock behind it decides as on any other day.
"""

import json
from collections.abc import Iterable
from typing import Any

from gateway.translation import canonical
from gateway.translation.ir import Gate
from gateway.translation.wire import TYPE, extension

FOLDER = "denied"  # of its own: a rename in live/ makes Envoy read all listeners again (measured)
FILE = f"{FOLDER}/list.json"
NAME = "countersign.denied"  # frozen: chains of earlier deployments ask for it
REASON = "certificate_denied"
MOST = 200  # entries of the list: Envoy copies it for every chain

_WHO = "countersign.who"
_RBAC = "envoy.extensions.filters.http.rbac.v3.RBAC"


def entry(account: str, fingerprint: str) -> str:
    """What the list holds of a denial. `account`: its uuid, `fingerprint`: lower-case hex SHA-256 of the
    leaf."""
    return f"{account}:{fingerprint}"


def version_of(entries: Iterable[str]) -> str:
    """What names a list: SHA-256 (hex) of its sorted entries."""
    return canonical.digest(sorted(entries))


def text(entries: Iterable[str]) -> str:
    """The ECDS file. Raises ValueError for more than MOST entries."""
    listed = sorted(entries)
    if len(listed) > MOST:
        raise ValueError(f"{len(listed)} entries, and the list takes {MOST}")
    resource = {
        "@type": TYPE + "envoy.config.core.v3.TypedExtensionConfig",
        "name": NAME,
        "typed_config": _refusing(listed),
    }
    return json.dumps({"version_info": version_of(listed), "resources": [resource]})


def filters(gate: Gate) -> list[dict[str, Any]]:
    """The HTTP filters of a host that asks for certificates; they come first of all."""
    who = {
        "object_key": _WHO,
        "factory_key": "envoy.string",
        "format_string": {
            "text_format_source": {"inline_string": entry(gate.account, "%DOWNSTREAM_PEER_FINGERPRINT_256%")}
        },
    }
    noting = extension(
        _WHO, "envoy.extensions.filters.http.set_filter_state.v3.Config", on_request_headers=[who]
    )
    listed = {
        "name": NAME,
        "config_discovery": {
            "config_source": {
                "resource_api_version": "V3",
                "path_config_source": {"path": FILE, "watched_directory": {"path": FOLDER}},
            },
            "type_urls": [TYPE + _RBAC],
            "default_config": _refusing(()),
        },
    }
    own = {"name": "countersign.denied_here", "typed_config": _refusing(_entries(gate))}
    return [noting, listed, own] if gate.denied else [noting, listed]


def mapper(status: int, message: str) -> dict[str, Any]:
    """ResponseMapper: what these filters refused says so. `message`: as the host says it to anybody whom it
    refuses."""
    # RBAC's own metadata comes too late for a mapper (measured); its details do not.
    by_them = extension(
        "envoy.access_loggers.extension_filters.cel",
        "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        expression=f"response.code_details == 'rbac_access_denied_matched_policy[{REASON}]'",
    )
    return {
        "filter": {"extension_filter": by_them},
        "status_code": status,
        "body_format_override": {"json_format": {"message": message, "reason": REASON}},
    }


def _entries(gate: Gate) -> list[str]:
    return [entry(gate.account, fingerprint) for fingerprint in gate.denied]


def _refusing(entries: Iterable[str]) -> dict[str, Any]:
    """An RBAC filter that refuses these and nobody else."""
    matcher: dict[str, Any] = {"on_no_match": _action("allowed", "ALLOW")}
    if listed := list(entries):
        input_type = "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput"
        matcher["matcher_tree"] = {
            "input": extension("who", input_type, key=_WHO),
            "exact_match_map": {"map": {each: _action(REASON, "DENY") for each in listed}},
        }
    return {"@type": TYPE + _RBAC, "matcher": matcher}


def _action(name: str, action: str) -> dict[str, Any]:
    config = {"@type": TYPE + "envoy.config.rbac.v3.Action", "name": name, "action": action}
    return {"action": {"name": name, "typed_config": config}}
