"""Certificates, judged with the clock in the caller's hand.

Bytes, settings and `at` (an aware UTC datetime) go in; values come out. Nothing in here reads a clock, a
file, a socket or a database, and nothing imports Django, DRF, Celery or Redis (import-linter holds that
line).

- `findings`     what is said about a certificate: code, severity, sentence, remedy
- `codes`        the table of all codes, what each means and how severe it is under which profile
- `certificate`  one certificate, decoded completely or refused
- `private_keys` finds private keys, so that they are refused before anything is kept
- `reading`      whatever a partner sends -> certificates
- `policy`       what is safe and decent about one certificate (with `strength`, `usage` and `shape`)
- `forest`       who issued whom, by verified signature
- `chains`       what is safe and decent about certificates together
- `verifier`     what `cryptography`'s client verifier adds to that
- `certificate_policies` certificate policies along a path (RFC 5280)
- `vouching`     which CAs of a truststore the gateway comes to trust
- `legible`      what the gateway cannot read although we can
- `judgement`    an upload -> a report
- `roles`        what a certificate may become in a truststore, and whether a whole truststore is fit to serve
- `public_roots` the roots that everybody trusts, which no partner may be trusted by
- `advice`       what a linter has to add; never part of a verdict
- `gateway`      what the gateway will do with a chain, and the verdict of both halves
"""
