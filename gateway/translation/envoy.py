"""IR to Envoy v3 JSON: one filter chain per host, one cluster per target. The listener around them is in
node.py."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from gateway.translation import canonical, deny, lock
from gateway.translation.build import is_address
from gateway.translation.ir import Gate, Route, Upstream
from gateway.translation.wire import CONTENT_TYPE_JSON, TYPE, extension, json_body, overwrite

_TLS = TYPE + "envoy.extensions.transport_sockets.tls.v3."
_MUTATION = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
_HCM = TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

IDENTITY_HEADERS = {
    "X-Client-Cert-Sha256": "%DOWNSTREAM_PEER_FINGERPRINT_256%",
    "X-Client-Cert-Subject": "%DOWNSTREAM_PEER_SUBJECT%",
    "X-Client-Cert-Issuer-Sha256": "%DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256%",
    "X-Client-Cert-Not-After": "%DOWNSTREAM_PEER_CERT_V_END%",
}
# A caller may not say who it is: these are removed before any filter looks, on every chain.
STRIPPED_HEADERS = ("X-Forwarded-Client-Cert", "X-WSO2-CLIENT-CERTIFICATE")
STRIPPED_PREFIX = "x-client-cert"  # ours, and what looks like ours

REQUEST_LOG = {
    "time": "%START_TIME%",
    "host": "%REQUESTED_SERVER_NAME%",
    "chain": "%FILTER_CHAIN_NAME%",
    "fingerprint": "%DOWNSTREAM_PEER_FINGERPRINT_256%",
    "issuer": "%DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256%",
    "subject": "%DOWNSTREAM_PEER_SUBJECT%",
    "gate": "%DYNAMIC_METADATA(countersign:gate)%",
    "trust": "%DYNAMIC_METADATA(countersign:trust)%",
    "status": "%RESPONSE_CODE%",
    "route": "%ROUTE_NAME%",
    "proxy": "%METADATA(ROUTE:countersign:proxy)%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "milliseconds": "%DURATION%",
    "probe": "%REQ(X-COUNTERSIGN-PROBE)%",
}


def filter_chain(gate: Gate, routes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """FilterChain of a host; `routes` as made by `route`, in any order."""
    return {
        "name": gate.name,
        "filter_chain_match": {"server_names": [gate.name]},
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": _downstream_tls(gate)},
        "transport_socket_connect_timeout": "10s",
        "filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": _hcm(gate, routes)}
        ],
    }


def _downstream_tls(gate: Gate) -> dict[str, Any]:
    certificate = {
        "certificate_chain": {"filename": gate.certificate_file},
        "private_key": {"filename": gate.key_file},
    }
    common: dict[str, Any] = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificates": [certificate],
    }
    context: dict[str, Any] = {"@type": _TLS + "DownstreamTlsContext", "common_tls_context": common}
    if gate.trust is not None:
        common["validation_context"] = lock.validation_context(gate, gate.trust)
        context["require_client_certificate"] = lock.requires(gate)
        # A resumed session counts as not validated, and an expired client would keep resuming.
        context["disable_stateless_session_resumption"] = True
        context["disable_stateful_session_resumption"] = True
    return context


def _hcm(gate: Gate, routes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    router = extension(
        "envoy.filters.http.router",
        "envoy.extensions.filters.http.router.v3.Router",
        suppress_envoy_headers=True,
    )
    log = extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path="log/requests.jsonl",
        log_format={"json_format": REQUEST_LOG},
    )
    strip = extension(
        "envoy.http.early_header_mutation.header_mutation",
        _MUTATION,
        mutations=[
            *({"remove": header.lower()} for header in STRIPPED_HEADERS),
            {"remove_on_match": {"key_matcher": {"prefix": STRIPPED_PREFIX}}},
        ],
    )
    hcm: dict[str, Any] = {
        "@type": _HCM,
        "stat_prefix": "gateway",
        "route_config": _route_table(gate, routes),
        "http_filters": [router],
        "access_log": [log],
        "early_header_mutation_extensions": [strip],
        "forward_client_cert_details": "SANITIZE",
        "use_remote_address": True,
        "normalize_path": True,
        "strip_any_host_port": True,
        "strip_trailing_host_dot": True,
        "server_header_transformation": "PASS_THROUGH",
        "request_headers_timeout": "10s",
        "drain_timeout": "0.1s",
        "common_http_protocol_options": {
            "max_connection_duration": "300s",
            # X_Client_Cert_Sha256 would reach a CGI-style target under the same name as the real header.
            "headers_with_underscores_action": "DROP_HEADER",
        },
    }
    if gate.trust is not None:
        hcm["http_filters"] = [*deny.filters(gate), *lock.filters(gate, gate.trust), router]
        hcm["local_reply_config"] = lock.local_reply(gate)
    return hcm


def _route_table(gate: Gate, routes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """RouteConfiguration that knows this host only: a shared one would let the SNI of an open host carry a
    request to a locked one."""
    longest_first = sorted(routes, key=lambda r: (-len(_base(r)), _base(r)))
    nothing_here = {"message": "No API answers here", "reason": "no_such_path"}
    unmatched = _answer("no-such-path", 404, nothing_here)
    own: dict[str, Any] = {"name": gate.name, "domains": [gate.name], "routes": [*longest_first, unmatched]}
    elsewhere = {"message": "This connection was made for another host", "reason": "misdirected_request"}
    misdirected = _answer("misdirected", 421, elsewhere)
    if gate.trust is not None:
        if gate.client_auth == "required":
            own["routes"] = [lock.first_route(), *own["routes"]]
        if gate.client_auth != "trial":  # where lua.VERDICT names only those whom the lock would let in
            own["request_headers_to_add"] = [overwrite(*header) for header in IDENTITY_HEADERS.items()]
        misdirected["typed_per_filter_config"] = lock.exempt()
    others = {"name": "misdirected", "domains": ["*"], "routes": [misdirected]}
    return {"name": gate.name, "virtual_hosts": [own, others]}


def _base(route: dict[str, Any]) -> str:
    match = route["match"]
    return str(match.get("path_separated_prefix", match.get("prefix")))


def _answer(name: str, status: int, fields: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "match": {"prefix": "/"},
        "direct_response": {"status": status, "body": {"inline_string": json_body(fields)}},
        "response_headers_to_add": [CONTENT_TYPE_JSON],
    }


def route(entry: Route) -> dict[str, Any]:
    """Route of a proxy. Its base path is replaced by the target's path; Host becomes the target's own."""
    base, path = entry.base_path, entry.target_path
    common: dict[str, Any] = {
        "name": f"proxy-{entry.proxy_id}",
        "match": {"prefix": "/"} if base == "/" else {"path_separated_prefix": base},
        "metadata": {"filter_metadata": {lock.NAMESPACE: {"proxy": entry.proxy_id}}},
    }
    if entry.upstream is None:
        unusable = {"message": "This API has no usable target", "reason": "target_unusable"}
        answer = _answer("", 503, unusable)
        return {**answer, **common}
    action: dict[str, Any] = {
        "cluster": cluster_name(entry.upstream),
        "host_rewrite_literal": entry.upstream.authority,
        "timeout": "60s",
    }
    if (base, path) != ("/", ""):
        # The slashes after the base path are taken along only when the target's path brings one.
        pattern = "^/+" if base == "/" else f"^{re.escape(base)}" + ("" if path else "/*")
        replacement = f"{path}/" if base == "/" else path or "/"
        action["regex_rewrite"] = {
            "pattern": {"regex": pattern},
            "substitution": replacement.replace("\\", "\\\\"),
        }
    return {**common, "route": action}


@lru_cache(maxsize=10_000)
def cluster_name(upstream: Upstream) -> str:
    """Named by its content, so that accounts with the same target share it and no two definitions can
    clash."""
    return "target-" + canonical.digest(_cluster(upstream, ""))[:24]


def cluster(upstream: Upstream) -> dict[str, Any]:
    """Cluster of a target: STATIC for an IP literal, otherwise resolved by DNS. https is verified, name
    included."""
    return _cluster(upstream, cluster_name(upstream))


def _cluster(upstream: Upstream, name: str) -> dict[str, Any]:
    literal = is_address(upstream.host)
    address = {"socket_address": {"address": upstream.host, "port_value": upstream.port}}
    made: dict[str, Any] = {
        "@type": TYPE + "envoy.config.cluster.v3.Cluster",
        "name": name,
        "type": "STATIC" if literal else "STRICT_DNS",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
    if not literal:
        made["dns_lookup_family"] = "V4_PREFERRED"
        made["respect_dns_ttl"] = True
    if upstream.scheme == "https":
        made["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": _upstream_tls(upstream, literal),
        }
    return made


def _upstream_tls(upstream: Upstream, literal: bool) -> dict[str, Any]:
    validation: dict[str, Any] = {"trusted_ca": {"filename": upstream.ca_file}}
    versions = {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"}
    common = {"tls_params": versions, "validation_context": validation}
    context: dict[str, Any] = {"@type": _TLS + "UpstreamTlsContext", "common_tls_context": common}
    if literal:  # an address is never sent as SNI (RFC 6066, section 3)
        exact = {"san_type": "IP_ADDRESS", "matcher": {"exact": upstream.host}}
        validation["match_typed_subject_alt_names"] = [exact]
    else:
        context["sni"] = upstream.host
        context["auto_sni_san_validation"] = True
    return context
