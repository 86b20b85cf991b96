"""What the gateway will really do: this build of Envoy, asked without a handshake.

- `settings`   what the gateway is told, and the prediction that comes back
- `reasons`    why it refuses, in plain words, and what helps
- `rendering`  a truststore -> what this product puts into Envoy's configuration
- `nodes`      a certificate as BoringSSL looks at it
- `paths`      the one path that BoringSSL walks: first match, trusted before sent, never going back
- `keys`       which keys and signatures this Envoy can work with
- `openssl`    one path, and only that, through OpenSSL
- `checks`     what BoringSSL checks of that path: OpenSSL's view, and the differences
- `model`      `predict`: all of it together
- `verdict`    policy and prediction together: accepted, waivable, or blocked

Held against the real binary by `tests/contract`; the measured table is docs/contract/verdicts.tsv.
"""
