"""The profile `level2` agrees with OpenSSL about strength: `openssl verify -auth_level 2` is the oracle."""

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates.pki.codes import RULES, Nature, Profile
from certificates.pki.tests.stories import sent
from certificates.testing.builder import PrivateKey
from certificates.testing.hierarchy import NOW, Identity, ec_key, make, rsa_key
from certificates.testing.raw import Hash, resigned


@cache
def odd_key(bits: int, exponent: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(exponent, bits)


KEYS: dict[str, Callable[[], PrivateKey]] = {
    "RSA 1024": lambda: rsa_key(1024),
    "RSA 1536": lambda: odd_key(1536, 65537),
    "RSA 2048": lambda: rsa_key(2048),
    "RSA 2048, exponent 3": lambda: odd_key(2048, 3),
    "RSA 3072": lambda: rsa_key(3072),
    "P-224": lambda: ec_key(7, ec.SECP224R1()),
    "P-256": lambda: ec_key(7),
    "P-384": lambda: ec_key(7, ec.SECP384R1()),
}
HASHES: list[Hash] = ["md5", "sha1", "sha224", "sha256", "sha512"]
PLACES = ["root", "intermediate", "leaf"]


def chain(key: str, algorithm: Hash, place: str) -> list[Identity]:
    """Leaf, intermediate and root, of which the one at `place` has this key and was signed with this hash.

    All others have RSA keys of 3072 bits, so that each hash can be used.
    """
    found: list[Identity] = []
    for here in PLACES:
        own = KEYS[key]() if here == place else rsa_key(3072)
        above = found[0] if found else None
        one = make(f"{here}.example", above, ca=here != "leaf", key=own)
        # OpenSSL has no ECDSA with MD5, and the root signs itself.
        usable = here == place and (here != "root" or isinstance(own, rsa.RSAPrivateKey))
        found.insert(0, resigned(one, algorithm=algorithm) if usable else one)
    return found


def strong_for_openssl(leaf: Identity, issuing: Identity, root: Identity, folder: Path) -> bool:
    for name, identity in (("root", root), ("chain", issuing), ("leaf", leaf)):
        (folder / name).write_text(identity.pem)
    files = ["-CAfile", str(folder / "root"), "-untrusted", str(folder / "chain"), str(folder / "leaf")]
    moment = str(int(NOW.timestamp()))
    command = ["openssl", "verify", "-auth_level", "2", "-attime", moment, "-purpose", "sslclient", *files]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("key", KEYS)
def test_it_agrees_with_openssl(key: str, place: str, tmp_path: Path) -> None:
    for algorithm in HASHES:
        certificates = chain(key, algorithm, place)
        report = sent(*certificates, profile=Profile.LEVEL2)
        # What the gateway cannot use at all (P-224 in a client) is no question of strength.
        weak = [
            finding.code
            for finding in report.findings
            if finding.severity == "error"
            and RULES[finding.code, finding.severity].nature is not Nature.OUTAGE
        ]
        leaf, issuing, root = certificates
        assert (not weak) == strong_for_openssl(leaf, issuing, root, tmp_path), (algorithm, weak)
