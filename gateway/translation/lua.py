"""The Lua that a lock runs: who a client is, in one word, and in trial what becomes of that.

It only writes metadata, which no caller can forge; RBAC decides. So a Lua error, after which Envoy lets a
request go on, refuses: the word is missing.
"""

from collections.abc import Iterable

from gateway.translation.ir import Trust

# Envoy validates certificates with RSA keys of any size, so an anchor that is sound would still let in a leaf
# or an intermediate with RSA 1024. Every RSA key in what the client sent (rsaEncryption in its
# SubjectPublicKeyInfo, RFC 3279 section 2.3.1) must have 2048 bits, which is a modulus of 257 octets with its
# leading zero. Answers are remembered per worker: a connection brings the same chain with every request.
_KEYS = r"""local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local RSA = "\42\134\72\134\247\13\1\1\1"
local seen, remembered = {}, 0

local function decoded(text)
  local bits, held, out = 0, 0, {}
  for letter in text:gmatch("[%w%+/]") do
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
    local text = chain:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    for certificate in text:gmatch("CERTIFICATE%-%-%-%-%-(.-)%-%-%-%-%-END") do
      fine = fine and not short_key(decoded(certificate))
    end
    seen[chain], remembered = fine, remembered + 1
  end
  return seen[chain]
end
"""

# A pin is compared by the SHA-256 of the leaf whose key TLS just proved; its dates come from that same
# certificate. The issuer is the one that TLS verified, never what the client says above its certificate.
_TRUST = """
local function trust(tls)
  if not tls or not tls:peerCertificatePresented() then return "no_certificate" end
  if PINS[tls:sha256PeerCertificateDigest()] then
    local now = os.time()
    if now >= tls:validFromPeerCertificate() and now <= tls:expirationPeerCertificate() then return "pin" end
    return "pin_out_of_date"
  end
  if not tls:peerCertificateValidated() then return "not_trusted" end
  if not decent(tls:urlEncodedPemEncodedPeerCertificateChain()) then return "weak_key" end
  return ISSUERS[tls:sha256PeerCertificateIssuerDigest()] or OTHERS
end

function envoy_on_request(handle)
  local stream = handle:streamInfo()
  stream:dynamicMetadata():set("countersign", "trust", trust(stream:downstreamSslConnection()))
end
"""

# After RBAC has only noted what it would have done, which is its shadow result.
VERDICT = """function envoy_on_request(handle)
  local stream = handle:streamInfo()
  local metadata = stream:dynamicMetadata()
  local noted = metadata:get("envoy.filters.http.rbac")
  if not noted or noted["shadow_engine_result"] ~= "allowed" then return end
  metadata:set("countersign", "gate", "open")
  local tls, headers = stream:downstreamSslConnection(), handle:headers()
  headers:replace("x-client-cert-sha256", tls:sha256PeerCertificateDigest())
  headers:replace("x-client-cert-subject", tls:subjectPeerCertificate())
  local issuer = tls:sha256PeerCertificateIssuerDigest()
  if issuer ~= "" then headers:replace("x-client-cert-issuer-sha256", issuer) end
  local ends = os.date("!%Y-%m-%dT%H:%M:%S.000Z", tls:expirationPeerCertificate())
  headers:replace("x-client-cert-not-after", ends)
end
"""
UNKNOWN_ISSUER = "unknown_issuer"


def trust_script(trust: Trust) -> str:
    """Notes who the client is: the group of its issuer, "pin", "no_certificate", or why it is nobody."""
    # One group needs no table: whoever TLS validated belongs to it.
    issuers = {} if trust.others else {i: group.name for group in trust.groups for i in group.issuers}
    tables = [
        "local PINS, ISSUERS = {}, {}",
        f'local OTHERS = "{trust.others or UNKNOWN_ISSUER}"',
        f"for pin in ([[{_lines(trust.pins)}]]):gmatch('%x+') do PINS[pin] = true end",
        f"for issuer, group in ([[{_lines(f'{i}={g}' for i, g in issuers.items())}]])"
        ":gmatch('(%x+)=(%w+)') do ISSUERS[issuer] = group end",
    ]
    return "\n".join([*tables, _KEYS + _TRUST])


def _lines(words: Iterable[str]) -> str:
    return "\n".join(words)
