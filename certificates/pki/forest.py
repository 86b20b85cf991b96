"""Who issued whom among the certificates of one upload, by verified signature and never by name alone.

The work is bounded: names are compared pair by pair (at most 50 by 50), signatures are checked only where
names fit and the most likely issuer first, and never more than `SIGNATURE_CHECKS` in all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import rsa

from .certificate import RSA_MAXIMUM_EXPONENT_BITS, Certificate, Kind, signed_by

Link = Literal["sound", "wrong_signature", "missing_issuer", "self_signed"]

# As many as `cryptography`'s own verifier allows one chain. A check with a huge RSA key counts for several,
# as it takes several times as long (6 ms with 16384 bits).
SIGNATURE_CHECKS = 128
_USUAL_RSA_BITS = 4096


@dataclass(frozen=True)
class Judged:
    """One certificate in its place.

    `parent` is the fingerprint of the issuer that was sent and whose key made the signature, else None.
    `link` says how it is held: `sound` (parent given), `self_signed`, `wrong_signature` (an issuer of that
    name was sent, but another key signed) or `missing_issuer`. `depth` is 0 at the top of each tree;
    `order` counts 0, 1, 2 ... in the order in which a page draws the forest, every parent before its
    children.
    """

    certificate: Certificate
    kind: Kind
    parent: str | None
    link: Link
    depth: int = 0
    order: int = 0


@dataclass
class _Planter:
    certificates: Sequence[Certificate]
    at: datetime
    checks_left: int = SIGNATURE_CHECKS
    parents: dict[str, str] = field(default_factory=dict)

    def place(self, child: Certificate) -> Judged:
        if child.self_signed:
            return Judged(child, child.kind, None, "self_signed")
        candidates = self._of_the_right_name(child)
        for issuer in candidates:
            if self._is_below(issuer, child) or self.checks_left <= 0:
                # An upload that uses up the checks is hostile; what was not checked counts as not signed.
                continue
            self.checks_left -= cost(issuer)
            if signed_by(child.decoded, issuer.decoded):
                self.parents[child.fingerprint] = issuer.fingerprint
                return Judged(child, child.kind, issuer.fingerprint, "sound")
        # Two CAs that signed each other: the second has an issuer here, just not one that can stand above it.
        wrong = [issuer for issuer in candidates if not self._is_below(issuer, child)]
        return Judged(child, child.kind, None, "wrong_signature" if wrong else "missing_issuer")

    def _of_the_right_name(self, child: Certificate) -> list[Certificate]:
        found = [
            issuer
            for issuer in self.certificates
            if issuer.subject_key == child.issuer_key and issuer.fingerprint != child.fingerprint
        ]
        return sorted(found, key=lambda issuer: self._doubts(issuer, child))

    def _doubts(self, issuer: Certificate, child: Certificate) -> tuple[bool, bool, bool, bool]:
        """Sorts the best issuer first: key identifiers agree, is a CA, valid now, a root."""
        return (
            not (child.aki and child.aki == issuer.ski),
            not issuer.is_ca,
            not issuer.not_before <= self.at <= issuer.not_after,
            not issuer.self_signed,
        )

    def _is_below(self, certificate: Certificate, ancestor: Certificate) -> bool:
        """Whether `certificate` was already placed somewhere under `ancestor`; a forest has no circles."""
        here: str | None = certificate.fingerprint
        while here is not None:
            if here == ancestor.fingerprint:
                return True
            here = self.parents.get(here)
        return False


def cost(issuer: Certificate) -> int:
    """What checking a signature by this issuer counts for: 1, or more with an RSA key of huge numbers."""
    key = issuer.decoded.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return 1
    size = (key.key_size - 1) // _USUAL_RSA_BITS
    exponent = (key.public_numbers().e.bit_length() - 1) // RSA_MAXIMUM_EXPONENT_BITS
    return 1 + size**2 + exponent


def plant(certificates: Sequence[Certificate], at: datetime) -> tuple[Judged, ...]:
    """The certificates as a forest in drawing order.

    `certificates` holds each fingerprint once; `at` (aware) only decides between several true issuers of
    one name.
    """
    planter = _Planter(certificates, at)
    return _in_drawing_order([planter.place(certificate) for certificate in certificates])


def ancestors(judged: Judged, by_fingerprint: Mapping[str, Judged]) -> list[Certificate]:
    """The issuer, its issuer and so on, as far as they were sent."""
    found: list[Certificate] = []
    here = judged.parent
    while here is not None:
        found.append(by_fingerprint[here].certificate)
        here = by_fingerprint[here].parent
    return found


def _in_drawing_order(placed: Sequence[Judged]) -> tuple[Judged, ...]:
    """Depth first, roots before other tops, otherwise as sent."""
    below: dict[str | None, list[Judged]] = defaultdict(list)
    for judged in placed:
        below[judged.parent].append(judged)
    rank = {"root": 0, "intermediate": 1, "leaf": 2}
    waiting = [(0, top) for top in sorted(below[None], key=lambda judged: rank[judged.kind])[::-1]]
    drawn: list[Judged] = []
    while waiting:
        depth, judged = waiting.pop()
        drawn.append(replace(judged, depth=depth, order=len(drawn)))
        waiting += [(depth + 1, child) for child in reversed(below[judged.certificate.fingerprint])]
    return tuple(drawn)
