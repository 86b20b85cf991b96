"""The gateway model against the real Envoy: named case classes, random chains, and a shrinking search.

- `der`, `making`   certificates with no manners: expired, version 1, SHA-1, whatever a case needs
- `cases`           a case, and what the model says of it
- `stories`         the named case classes
- `dice`            random chains
- `gate`            one Envoy with two hosts per truststore, and clients that knock
- `comparison`      the model's word against the gateway's
- `table`           docs/contract/verdicts.tsv
"""
