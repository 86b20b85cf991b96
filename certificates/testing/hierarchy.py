"""The cast of certificates that tests share. Dates are relative to `NOW`, 22 November 2026, noon UTC.

    Harbour Root CA (ROOT)                      Stranger Root CA (STRANGER_ROOT)
      Harbour Issuing CA (ISSUING)                stranger.example (STRANGER)
        partner.example (PARTNER)
        partner-old.example (EXPIRED)           Harbour Root CA again, another key (NAMESAKE_ROOT)
        api.partner.example (SERVER_ONLY)         namesake.example (NAMESAKE_CLIENT)
        legacy.partner.example (SHA1_SIGNED)
        short.partner.example (rsa_1024())      lonely.example, signed by itself, no CA (SELF_SIGNED)

PARTNER is healthy and trusted by whoever trusts ROOT or ISSUING. STRANGER is as healthy, and nobody's friend.
NAMESAKE_ROOT is what a forger would make: the right name, the wrong key. EXPIRED ended twenty days before
NOW.
"""

from functools import cache

from .builder import CLIENT, DAY, NOW, SERVER, Identity, ec_key, key_usage, make, name, rsa_key

__all__ = [
    "CLIENT",
    "DAY",
    "EXPIRED",
    "ISSUING",
    "NAMESAKE_CLIENT",
    "NAMESAKE_ROOT",
    "NOW",
    "PARTNER",
    "ROOT",
    "SELF_SIGNED",
    "SERVER",
    "SERVER_ONLY",
    "SHA1_SIGNED",
    "STRANGER",
    "STRANGER_ROOT",
    "Identity",
    "ec_key",
    "key_usage",
    "make",
    "name",
    "rsa_1024",
    "rsa_key",
]

ROOT = make("Harbour Root CA", organization="Harbour", key=ec_key(1), ca=True)
ISSUING = make("Harbour Issuing CA", ROOT, organization="Harbour", key=ec_key(2), ca=True, path_length=0)
PARTNER = make(
    "partner.example",
    ISSUING,
    organization="Partner",
    key=ec_key(3),
)
STRANGER_ROOT = make("Stranger Root CA", organization="Stranger", key=ec_key(4), ca=True)
STRANGER = make("stranger.example", STRANGER_ROOT, key=ec_key(5))
EXPIRED = make("partner-old.example", ISSUING, key=ec_key(6), start=NOW - 385 * DAY, end=NOW - 20 * DAY)
SERVER_ONLY = make("api.partner.example", ISSUING, key=ec_key(7), eku=[SERVER])
SHA1_SIGNED = make("legacy.partner.example", ISSUING, key=ec_key(8), sha1=True)
SELF_SIGNED = make("lonely.example", key=ec_key(9))
NAMESAKE_ROOT = make("Harbour Root CA", organization="Harbour", key=ec_key(10), ca=True)
NAMESAKE_CLIENT = make("namesake.example", NAMESAKE_ROOT, key=ec_key(11))


@cache
def rsa_1024() -> Identity:
    """A client with a key that is far too short. Random, so it has no place in golden data."""
    return make("short.partner.example", ISSUING, key=rsa_key(1024))
