"""The gateway model against the real Envoy: named case classes, random chains, and a shrinking search.

- `der`, `making`   certificates with no manners: expired, version 1, SHA-1, whatever a case needs
- `gate`            one Envoy with a host per truststore, and clients that knock
- `cases`           a case, what the model says of it, what the gateway says of it
- `stories`         the named case classes
- `dice`            random chains
- `table`           docs/contract/verdicts.tsv
"""
