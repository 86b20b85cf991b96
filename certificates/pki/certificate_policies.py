"""Certificate policies along a path (RFC 5280 sections 6.1.2 to 6.1.5), as BoringSSL walks them
(crypto/x509/policy.cc): any policy will do, and the trusted end of the path is not looked at.

Nobody agrees on policies with a partner, so all that can go wrong is a CA that demands one (policy
constraints) above a certificate that carries none. Mappings are checked for their form. Where a policy is
demanded as well, they are not followed: such a path counts as unmet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import CertificatePoliciesOID, ExtensionOID

from . import der as tlv
from .certificate import Certificate

_E = TypeVar("_E", bound=x509.ExtensionType)
_ANY = CertificatePoliciesOID.ANY_POLICY
_MAPPINGS = ExtensionOID.POLICY_MAPPINGS
_ANY_DER = bytes.fromhex("551d2000")
_MOST_MAPPINGS = 1000


@dataclass(frozen=True)
class Unmet:
    """The certificate at which a path fails, and why: the end of a sentence that begins with its name."""

    certificate: Certificate
    reason: str


@dataclass
class _State:
    """How many more certificates until a policy is demanded, and until "any policy" does not count; the
    policies that are valid so far."""

    explicit: int
    any_allowed: int
    valid: set[x509.ObjectIdentifier]
    mapped: bool = False

    @property
    def failed(self) -> bool:
        return self.explicit == 0 and (self.mapped or not self.valid)

    def take(self, listed: list[x509.ObjectIdentifier], *, any_counts: bool) -> None:
        """RFC 5280 section 6.1.3, steps (d) and (e)."""
        named = set(listed) - {_ANY}
        kept = named if _ANY in self.valid else named & self.valid
        self.valid = kept | self.valid if _ANY in listed and any_counts else kept

    def constrain(self, certificate: Certificate) -> None:
        """RFC 5280 section 6.1.4, steps (i) and (j)."""
        limits = _extension(certificate, x509.PolicyConstraints)
        if limits and limits.require_explicit_policy is not None:
            self.explicit = min(self.explicit, limits.require_explicit_policy)
        inhibit = _extension(certificate, x509.InhibitAnyPolicy)
        if inhibit:
            self.any_allowed = min(self.any_allowed, inhibit.skip_certs)


def malformed(certificate: Certificate) -> str:
    """Why BoringSSL cannot take its policies or their mappings: the end of a sentence that begins with its
    name; "" when it can."""
    if len(listed := _listed(certificate)) != len(set(listed)):
        return "names one policy twice"
    mappings = _mappings(certificate)
    return (
        "has policy mappings that cannot be read"
        if mappings is not None and not _well_formed(mappings)
        else ""
    )


def unmet(path: Sequence[Certificate]) -> Unmet | None:
    """Why this path fails for its policies; None when it does not. `path`: leaf first, the last is trusted.

    No policies at all, which is the usual case, cost next to nothing.
    """
    state = _State(len(path) + 1, len(path) + 1, {_ANY})
    for place in range(len(path) - 2, -1, -1):
        certificate = path[place]
        listed = _listed(certificate)
        if len(listed) != len(set(listed)):
            return Unmet(certificate, "names one policy twice")
        passing = certificate.self_issued and place > 0
        state.take(listed, any_counts=state.any_allowed > 0 or passing)
        if state.failed:
            return Unmet(certificate, "has none of the policies that a CA above it demands")
        if place:
            mappings = _mappings(certificate)
            if mappings is not None and not _well_formed(mappings):
                return Unmet(certificate, "has policy mappings that cannot be read")
            state.mapped |= mappings is not None
            if not certificate.self_issued:
                state.explicit -= state.explicit > 0
                state.any_allowed -= state.any_allowed > 0
        else:
            state.explicit -= state.explicit > 0
        state.constrain(certificate)
    return Unmet(path[0], "has none of the policies that a CA above it demands") if state.failed else None


def _listed(certificate: Certificate) -> list[x509.ObjectIdentifier]:
    found = _extension(certificate, x509.CertificatePolicies)
    return [policy.policy_identifier for policy in found] if found else []


def _extension(certificate: Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.decoded.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _mappings(certificate: Certificate) -> bytes | None:
    """The DER of the policy mappings, which `cryptography` does not decode."""
    for extension in certificate.decoded.extensions:
        if isinstance(extension.value, x509.UnrecognizedExtension) and extension.oid == _MAPPINGS:
            return extension.value.value
    return None


def _well_formed(mappings: bytes) -> bool:
    """RFC 5280 section 4.2.1.5: a sequence, not empty, of pairs of policies, "any policy" not among them."""
    whole = tlv.element(mappings)
    if whole is None or not _plain(mappings, whole, tlv.SEQUENCE) or whole.end != len(mappings):
        return False
    pairs = tlv.children(mappings, whole, _MOST_MAPPINGS)
    return bool(pairs) and pairs[-1].end == whole.end and all(_is_pair(mappings, pair) for pair in pairs)


def _is_pair(mappings: bytes, pair: tlv.Element) -> bool:
    both = tlv.children(mappings, pair, 3)
    return (
        _plain(mappings, pair, tlv.SEQUENCE)
        and len(both) == 2
        and both[-1].end == pair.end
        and all(_plain(mappings, one, tlv.OID) and _is_policy(mappings[one.body : one.end]) for one in both)
    )


def _plain(data: bytes, one: tlv.Element, tag: int) -> bool:
    """Whether it has this tag and its length is written as DER demands."""
    length = one.end - one.body
    size = 0 if length < 0x80 else (length.bit_length() + 7) // 8
    return one.tag == tag and data[one.start + 1] != 0x80 and one.body - one.start == 2 + size


def _is_policy(oid: bytes) -> bool:
    """Whether these octets are an object identifier (X.690 section 8.19), and not that of "any policy"."""
    starts = [place for place in range(len(oid)) if place == 0 or not oid[place - 1] & 0x80]
    return (
        bool(oid) and not oid[-1] & 0x80 and all(oid[place] != 0x80 for place in starts) and oid != _ANY_DER
    )
