"""What the gateway will really do: this build of Envoy, asked without a handshake.

- `settings`   what the gateway is told, and the prediction that comes back
- `reasons`    why it refuses, in plain words, and what helps
- `rendering`  a truststore -> what this product puts into Envoy's configuration
- `nodes`      a certificate as BoringSSL looks at it
- `paths`      the one path that BoringSSL walks: first match, trusted before sent, never going back
- `checks`     that path through OpenSSL, and what BoringSSL does otherwise
- `model`      `predict`: all of it together
- `verdict`    policy and prediction together: accepted, waivable, or blocked

Held against the real binary by `tests/contract`; the measured table is docs/contract/verdicts.tsv.
"""
