"""The lock of a host that requires a client certificate and answers with a reason (style *explain*).

TLS asks for a certificate and lets the handshake end well whatever comes (ACCEPT_UNTRUSTED); HTTP refuses.
That is safe only in this order, measured on Envoy 1.40: Lua marks a chain without short RSA keys, and a
pinned leaf within its dates; RBAC lets through a certificate that TLS validated and that has the first mark,
or the second mark, and nothing else; then
the gate is noted as open, so that a 403 before it can be told from a 403 of the target. Every decision
demands positive evidence: a Lua error or a missing filter refuses. Issuer and chain as *sent* by the client
never let anybody in.
"""

from typing import Any

from gateway.translation.ir import Trust
from gateway.translation.wire import CONTENT_TYPE_JSON, extension, json_body

NAMESPACE = "countersign"
NO_CERTIFICATE = {"message": "No required SSL certificate was sent", "reason": "no_client_certificate"}
REFUSED = {"message": "The SSL certificate error", "reason": "client_certificate_refused"}

_RBAC, _GATE = "envoy.filters.http.rbac", "envoy.filters.http.set_metadata"

# Envoy validates certificates with RSA keys of any size, so an anchor that is sound would still let in a leaf
# or an intermediate with RSA 1024. Every RSA key in what the client sent (rsaEncryption in its
# SubjectPublicKeyInfo, RFC 3279 section 2.3.1) must have 2048 bits, which is a modulus of 257 octets with its
# leading zero. Answers are remembered per worker: a connection brings the same chain with every request.
#
# A pin is compared by the SHA-256 of the leaf whose key TLS just proved; its dates come from that same
# certificate.
_LUA = """local PINS = {}
for pin in ([[%s]]):gmatch("%%x+") do PINS[pin] = true end
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local RSA = "\\42\\134\\72\\134\\247\\13\\1\\1\\1"
local seen, remembered = {}, 0

local function decoded(text)
  local bits, held, out = 0, 0, {}
  for letter in text:gmatch("[%%w%%+/]") do
    held, bits = held * 64 + ALPHABET:find(letter, 1, true) - 1, bits + 6
    if bits >= 8 then
      bits = bits - 8
      local octet = math.floor(held / 2 ^ bits)
      out[#out + 1], held = string.char(octet), held - octet * 2 ^ bits
    end
  end
  return table.concat(out)
end

local function body(der, at)
  local size = der:byte(at + 1) or 0
  if size < 128 then return at + 2, size end
  local total = 0
  for place = at + 2, at + 1 + size - 128 do total = total * 256 + (der:byte(place) or 0) end
  return at + 2 + size - 128, total
end

local function short_key(der)
  local from, to = der:find(RSA, 1, true)
  while from do
    local at = to + 1
    if der:byte(at) == 5 then at = at + 2 end
    if der:byte(at) == 3 then
      local modulus = body(der, (body(der, at)) + 1)
      local _, octets = body(der, modulus)
      if octets < 257 then return true end
    end
    from, to = der:find(RSA, from + 1, true)
  end
  return false
end

local function decent(chain)
  if seen[chain] == nil then
    if remembered >= 500 then seen, remembered = {}, 0 end
    local fine = true
    local text = chain:gsub("%%%%(%%x%%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    for certificate in text:gmatch("CERTIFICATE%%-%%-%%-%%-%%-(.-)%%-%%-%%-%%-%%-END") do
      fine = fine and not short_key(decoded(certificate))
    end
    seen[chain], remembered = fine, remembered + 1
  end
  return seen[chain]
end

function envoy_on_request(handle)
  local tls = handle:streamInfo():downstreamSslConnection()
  if not tls or not tls:peerCertificatePresented() then return end
  local metadata = handle:streamInfo():dynamicMetadata()
  if decent(tls:urlEncodedPemEncodedPeerCertificateChain()) then
    metadata:set("countersign", "keys", "decent")
  end
  if PINS[tls:sha256PeerCertificateDigest()] then
    local now = os.time()
    if now >= tls:validFromPeerCertificate() and now <= tls:expirationPeerCertificate() then
      metadata:set("countersign", "pin", "accepted")
    end
  end
end
"""


def validation_context(trust: Trust) -> dict[str, Any]:
    """CertificateValidationContext: who is validated. Pins are never in `trusted_ca`, where they could
    sign."""
    return {
        "trusted_ca": {"filename": trust.ca_file},
        "trust_chain_verification": "ACCEPT_UNTRUSTED",
        "suppress_client_ca_list": True,  # past 64 KiB of CA names every handshake fails
    }


def filters(trust: Trust) -> list[dict[str, Any]]:
    """The HTTP filters that make the lock; they must come before every other filter."""
    validated = {
        "custom": extension(
            "envoy.rbac.principals.mtls_authenticated",
            "envoy.extensions.rbac.principals.mtls_authenticated.v3.Config",
            any_validated_client_certificate=True,
        )
    }
    principals: list[dict[str, Any]] = [{"and_ids": {"ids": [validated, _noted("keys", "decent")]}}]
    if trust.pins:
        principals.append(_noted("pin", "accepted"))
    source = {"inline_string": _LUA % "\n".join(trust.pins)}
    lua = "envoy.extensions.filters.http.lua.v3.Lua"
    chain = [extension("envoy.filters.http.lua", lua, default_source_code=source)]
    policies = {"trusted": {"permissions": [{"any": True}], "principals": principals}}
    rules = {"action": "ALLOW", "policies": policies}
    chain.append(extension(_RBAC, "envoy.extensions.filters.http.rbac.v3.RBAC", rules=rules))
    note = [{"metadata_namespace": NAMESPACE, "value": {"gate": "open"}, "allow_overwrite": True}]
    chain.append(extension(_GATE, "envoy.extensions.filters.http.set_metadata.v3.Config", metadata=note))
    return chain


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


def local_reply() -> dict[str, Any]:
    """LocalReplyConfig: what RBAC refused (a 403 of ours while the gate is not open) reads 400 and says why.

    A target's own 403 is no local reply, and a 403 that a later filter of ours gives finds the gate open.
    """
    is_403 = {
        "comparison": {"op": "EQ", "value": {"default_value": 403, "runtime_key": "countersign.refused"}}
    }
    gate_open = {"matcher": {**_metadata("gate", "open"), "invert": True}, "match_if_key_not_found": True}
    closed = [{"status_code_filter": is_403}, {"metadata_filter": gate_open}]
    return {
        "mappers": [
            {
                "filter": {"and_filter": {"filters": closed}},
                "status_code": 400,
                "body_format_override": {"json_format": {**REFUSED}},
            }
        ]
    }


def _metadata(key: str, value: str) -> dict[str, Any]:
    return {"filter": NAMESPACE, "path": [{"key": key}], "value": {"string_match": {"exact": value}}}
