"""The lock of a host that asks for client certificates.

Style *explain*: TLS asks for a certificate and lets the handshake end well whatever comes
(ACCEPT_UNTRUSTED); HTTP refuses, with a reason. That is safe only in this order, measured on Envoy 1.40: Lua
notes who the client is (lua.py); RBAC lets through a pin, and a certificate that TLS validated and whose
issuer's group and names fit, and nothing else; then the gate is noted as open, so that a 403 before it can
be told from a 403 of the target. Every decision demands positive evidence: a Lua error or a missing filter
refuses. Issuer and chain as *sent* by the client never let anybody in.

Style *handshake*: TLS refuses what it can tell apart; the same lock behind it refuses the rest, with 403.

A host in *trial* has the same lock, whose RBAC only notes what it would do. What would be refused goes on
without any identity header.
"""

from typing import Any

from certificates.pki.san_rules import SanRule
from gateway.translation import deny, lua
from gateway.translation.ir import Gate, Group, Trust
from gateway.translation.wire import CONTENT_TYPE_JSON, extension, json_body

NAMESPACE = "countersign"
NO_CERTIFICATE = {"message": "No required SSL certificate was sent", "reason": "no_client_certificate"}
REFUSED = {"message": "The SSL certificate error", "reason": "client_certificate_refused"}

_RBAC, _GATE = "envoy.filters.http.rbac", "envoy.filters.http.set_metadata"
_LUA = "envoy.extensions.filters.http.lua.v3.Lua"
_SAN_TYPES = {"dns": "DNS", "uri": "URI", "email": "EMAIL", "ip": "IP_ADDRESS"}


def validation_context(gate: Gate, trust: Trust) -> dict[str, Any]:
    """CertificateValidationContext: who is validated. Pins are in `trusted_ca` only where none of them could
    sign."""
    context: dict[str, Any] = {
        "trusted_ca": {"filename": trust.ca_file},
        "suppress_client_ca_list": True,  # past 64 KiB of CA names every handshake fails
    }
    if not trust.in_tls:
        context["trust_chain_verification"] = "ACCEPT_UNTRUSTED"
    elif gate.client_auth == "optional":
        pass  # with either of these, Envoy would refuse a client without a certificate as well (measured)
    elif trust.pins and not trust.issuers:
        context["verify_certificate_hash"] = list(trust.pins)
    elif trust.groups and not trust.pins and all(group.rules for group in trust.groups):
        rules = sorted({rule for group in trust.groups for rule in group.rules})
        context["match_typed_subject_alt_names"] = [_san_matcher(rule) for rule in rules]
    return context


def requires(gate: Gate) -> bool:
    """Whether TLS itself refuses a client without a certificate (`require_client_certificate`)."""
    return gate.client_auth == "required" and gate.refusal == "handshake"


def filters(gate: Gate, trust: Trust) -> list[dict[str, Any]]:
    """The HTTP filters that make the lock; only those of `deny` may come before them."""
    lock = {"action": "ALLOW", "policies": _policies(gate, trust)}
    rbac = "envoy.extensions.filters.http.rbac.v3.RBAC"
    who = _lua("envoy.filters.http.lua", lua.trust_script(trust))
    if gate.client_auth == "trial":
        verdict = _lua("countersign.verdict", lua.VERDICT)
        return [_noting("trial"), who, extension(_RBAC, rbac, shadow_rules=lock), verdict]
    return [who, extension(_RBAC, rbac, rules=lock), _noting("open")]


def _policies(gate: Gate, trust: Trust) -> dict[str, Any]:
    """Who enters. Policies of RBAC, any of which suffices."""
    principals = {group.name: _members(group) for group in trust.groups}
    if trust.pins:
        principals["pin"] = [_noted("trust", "pin")]
    if gate.client_auth == "optional":
        principals["nobody"] = [_noted("trust", "no_certificate")]
    if not principals:
        principals["none"] = [{"not_id": {"any": True}}]  # RBAC wants a policy
    return {
        name: {"permissions": [{"any": True}], "principals": [{"and_ids": {"ids": ids}}]}
        for name, ids in sorted(principals.items())
    }


def _members(group: Group) -> list[dict[str, Any]]:
    """A client that TLS validated, of this group, with a name that one of its rules allows."""
    if not group.rules:
        return [_noted("trust", group.name), _validated(any_validated_client_certificate=True)]
    named = [_validated(san_matcher=_san_matcher(rule)) for rule in group.rules]
    return [_noted("trust", group.name), {"or_ids": {"ids": named}}]


def _validated(**fields: Any) -> dict[str, Any]:
    kind = "envoy.extensions.rbac.principals.mtls_authenticated.v3.Config"
    return {"custom": extension("envoy.rbac.principals.mtls_authenticated", kind, **fields)}


def _san_matcher(rule: SanRule) -> dict[str, Any]:
    """SubjectAltNameMatcher. Envoy compares exact DNS names without regard to case by itself."""
    matcher: dict[str, Any] = {rule.match: rule.value}
    if rule.kind == "dns" and rule.match != "exact":
        matcher["ignore_case"] = True
    return {"san_type": _SAN_TYPES[rule.kind], "matcher": matcher}


def _lua(name: str, source: str) -> dict[str, Any]:
    return extension(name, _LUA, default_source_code={"inline_string": source})


def _noting(state: str) -> dict[str, Any]:
    note = [{"metadata_namespace": NAMESPACE, "value": {"gate": state}, "allow_overwrite": True}]
    return extension(_GATE, "envoy.extensions.filters.http.set_metadata.v3.Config", metadata=note)


def _noted(key: str, value: str) -> dict[str, Any]:
    """The RBAC principal of a request about which Lua noted this."""
    return {"sourced_metadata": {"metadata_matcher": _metadata(key, value), "metadata_source": "DYNAMIC"}}


def exempt() -> dict[str, Any]:
    """typed_per_filter_config of the routes that answer by themselves and never reach a target."""
    off = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
    return {_RBAC: off, _GATE: off}


def first_route() -> dict[str, Any]:
    """The route in front of all others: no certificate was presented."""
    return {
        "name": "no-client-certificate",
        "match": {"prefix": "/", "tls_context": {"presented": False}},
        "direct_response": {"status": 400, "body": {"inline_string": json_body(NO_CERTIFICATE)}},
        "response_headers_to_add": [CONTENT_TYPE_JSON],
        "typed_per_filter_config": exempt(),
    }


def local_reply(gate: Gate) -> dict[str, Any]:
    """LocalReplyConfig: what RBAC refused (a 403 of ours while the gate is not open) says why, with 400 in
    the style *explain*.

    A target's own 403 is no local reply, and a 403 that a later filter of ours gives finds the gate open.
    """
    is_403 = {
        "comparison": {"op": "EQ", "value": {"default_value": 403, "runtime_key": "countersign.refused"}}
    }
    gate_open = {"matcher": {**_metadata("gate", "open"), "invert": True}, "match_if_key_not_found": True}
    closed = [{"status_code_filter": is_403}, {"metadata_filter": gate_open}]
    status = 403 if gate.refusal == "handshake" else 400
    return {
        "mappers": [
            deny.mapper(status, REFUSED["message"]),
            {
                "filter": {"and_filter": {"filters": closed}},
                "status_code": status,
                "body_format_override": {"json_format": {**REFUSED}},
            },
        ]
    }


def _metadata(key: str, value: str) -> dict[str, Any]:
    return {"filter": NAMESPACE, "path": [{"key": key}], "value": {"string_match": {"exact": value}}}
