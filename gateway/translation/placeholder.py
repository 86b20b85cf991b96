"""The CA that trusts nobody.

`require_client_certificate` or ACCEPT_UNTRUSTED without any `trusted_ca` counts every certificate as good,
so a store with no usable CA is rendered with this one. Its private key was made in memory, signed this
certificate alone and was thrown away; pathLen 0 and a lifetime to 2125 keep it harmless and loadable.
"""

PLACEHOLDER_CA = """-----BEGIN CERTIFICATE-----
MIIBqDCCAU6gAwIBAgIBATAKBggqhkjOPQQDAjA5MTcwNQYDVQQDDC5Db3VudGVy
c2lnbiBwbGFjZWhvbGRlcjogbm9ib2R5IGhvbGRzIHRoaXMga2V5MCAXDTI2MDEw
MTAwMDAwMFoYDzIxMjUxMjMxMDAwMDAwWjA5MTcwNQYDVQQDDC5Db3VudGVyc2ln
biBwbGFjZWhvbGRlcjogbm9ib2R5IGhvbGRzIHRoaXMga2V5MFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEOVmsTFwhd/S+Y2xfyZJGIcjH4lh/lcX0TlvFe7Oy8+o7
gQNT4LoMklyyibnxoq9j9GoPlJyA31IfIMP2VjnnZKNFMEMwEgYDVR0TAQH/BAgw
BgEB/wIBADAOBgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFLo34wf1IlBeqPJRCshG
UNieBSBMMAoGCCqGSM49BAMCA0gAMEUCIQCEQbceij/gDkmBYweHk9sxc13VXMIR
RsTpweUa1n5l4QIge+146Mr1RfQiWEh66UuMp3WDPBEytQdJsl6uoP9sQUo=
-----END CERTIFICATE-----
"""
