"""Pure translation: a snapshot of an account becomes an IR, and the IR becomes Envoy resources.

No clock, no network, no database and no private key in here. `compile_snapshot` (compile.py) is the way in,
`assemble` (node.py) merges what it made for several accounts into what one Envoy holds.
"""
