"""What `cryptography`'s client verifier finds in the chains of an upload that no rule of ours names.

The verifier takes the top of each chain as trusted and gets permissive extension policies: what it refuses
by default and the gateway accepts would be needless (docs/decisions/0007). It does not always come to compare
names with constraints, and cannot compare directory names and URIs, so OpenSSL does that too. The work is
bounded: `SIGNATURES` and `COMPARISONS` hold for a whole upload, and a chain past them is refused unchecked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509 import verification

from . import certificate_policies
from .certificate import CRYPTOGRAPHY_ERRORS, Certificate
from .findings import Finding, Severity, about
from .forest import Judged, ancestors, cost
from .gateway import openssl
from .gateway.nodes import Node
from .naming import shortened

# Signature checks, a huge RSA key counting for several, and alternative names times constraints above them.
SIGNATURES, COMPARISONS = 500, 1 << 18
_DEPTH = 50
_EXPECTED: tuple[type[Exception], ...] = (verification.VerificationError, *CRYPTOGRAPHY_ERRORS)

_CONSTRAINT_BROKEN = (
    "no permitted name constraints matched SAN",
    "excluded name constraint matched SAN",
    "malformed SAN",
)
# What it refuses and neither a decent policy nor the gateway does, or what a finding names more exactly.
_NEEDLESS = (
    "unsupported name constraint",  # OpenSSL has compared these three
    "unsupported directoryName constraint",
    "malformed DNS name constraint",
    "unaccounted-for critical extensions",  # CRITICAL_EXT and POLICY name those that matter
    "no interior errors",  # a name that is spelled in another way; who issued whom was verified before
    "signature does not match",  # so was every signature: this is about a namesake that it tried first
    "Forbidden public key algorithm",  # CA_KEY_TYPE
    "Forbidden signature algorithm",  # HASH_WEAK, HASH_224; Ed25519 is sound
    "must be an X509v3 certificate",  # VERSION
    "must be UtcTime",
    "must have a non-empty Issuer",
    "serial",  # SERIAL
)


@dataclass
class _Budget:
    signatures: int = SIGNATURES
    comparisons: int = COMPARISONS

    def covers(self, chain: Sequence[Certificate]) -> bool:
        """Take the cost of a chain off what is left; False when that is not enough."""
        self.signatures -= sum(cost(issuer) for issuer in chain[1:])
        names = sum(len(certificate.san) + 1 for certificate in chain)
        self.comparisons -= names * sum(_constraints(issuer) for issuer in chain[1:])
        return self.signatures >= 0 and self.comparisons >= 0


def check_paths(forest: Sequence[Judged], blamed: Collection[str]) -> Iterator[Finding]:
    """NAME_CONSTRAINT, POLICY and PATH, about each client below an issuer that was sent.

    `blamed`: fingerprints of the certificates that other findings call an error. PATH is not said of a chain
    with one of them, whose trouble has a name.
    """
    by_fingerprint = {judged.certificate.fingerprint: judged for judged in forest}
    budget = _Budget()
    unmet: set[Finding] = set()
    for judged in forest:
        chain = (judged.certificate, *ancestors(judged, by_fingerprint))
        if judged.kind == "leaf" and len(chain) > 1:
            unmet.update(_policies(chain))
            if budget.covers(chain):
                yield from _path(chain, any(one.fingerprint in blamed for one in chain))
            else:
                sentence = "Checking its chain would take too long, so it was not checked."
                remedy = "Send fewer certificates at once, and clients with a handful of names."
                yield about(judged.certificate, "PATH", Severity.ERROR, sentence, remedy)
    yield from unmet  # once of each CA, however many clients it has


def _policies(chain: Sequence[Certificate]) -> Iterator[Finding]:
    if unmet := certificate_policies.unmet(chain):
        sentence = f"{unmet.certificate.common_name} {unmet.reason}, so the gateway refuses the chain."
        remedy = "Ask the issuer for a chain without policy constraints and mappings."
        yield about(unmet.certificate, "POLICY", Severity.ERROR, sentence, remedy)


def _path(chain: Sequence[Certificate], blamed: bool) -> Iterator[Finding]:
    reason = refusal(chain)
    broken = any(words in reason for words in _CONSTRAINT_BROKEN)
    limiting = next((one.common_name for one in chain[1:] if one.constrained), "")
    # It holds a client to constraints in its own certificate, too. Those mean nothing (RFC 5280, 4.2.1.10),
    # and the gateway does not look at them.
    if limiting and (broken or _breaks_constraint(chain)):
        sentence = f"It has a name for which {limiting}, or a CA above it, may not issue."
        remedy = "Ask the issuer for a certificate whose names it may issue for."
        yield about(chain[0], "NAME_CONSTRAINT", Severity.ERROR, sentence, remedy)
    elif reason and not broken and not blamed and not any(words in reason for words in _NEEDLESS):
        sentence = f"Its chain does not stand up to a strict verifier: {shortened(reason)}."
        remedy = "Show this sentence to the partner's certificate authority."
        yield about(chain[0], "PATH", Severity.ERROR, sentence, remedy)


def refusal(chain: Sequence[Certificate]) -> str:
    """The verifier's words against this chain (leaf first, at least two, the last one trusted), at a moment
    at which all of it is valid; "" when there are none, or no such moment: then TIME has said so."""
    start = max(certificate.not_before for certificate in chain)
    if start > min(certificate.not_after for certificate in chain):
        return ""
    leaf, *middle, top = (certificate.decoded for certificate in chain)
    try:
        builder = verification.PolicyBuilder().store(verification.Store([top])).time(start)
        builder = builder.max_chain_depth(_DEPTH).extension_policies(ca_policy=_CA, ee_policy=_CLIENT)
        builder.build_client_verifier().verify(leaf, middle)
    except _EXPECTED as error:
        return str(error).removeprefix("validation failed: ").partition(" (encountered")[0]
    return ""


def _breaks_constraint(chain: Sequence[Certificate]) -> bool:
    """Whether OpenSSL finds a name for which a CA above may not issue; a common name counts where there is no
    alternative one. The verifier stops at its first trouble, and may not have come so far."""
    start = max(certificate.not_before for certificate in chain)
    said = openssl.refusals([Node(certificate) for certificate in chain], start)
    return any(one.code == "NAME_CONSTRAINT" for one in said)


def _constraints(issuer: Certificate) -> int:
    """How many names it limits what it issues by."""
    if not issuer.constrained:
        return 0
    found = issuer.decoded.extensions.get_extension_for_class(x509.NameConstraints).value
    return len(found.permitted_subtrees or ()) + len(found.excluded_subtrees or ())


# Usages and purposes are judged by rules of ours (KU_CA, EKU_CA, EKU_LEAF), so they are looked at no more.
_ANYHOW = verification.Criticality.AGNOSTIC
_CA = (
    verification.ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, _ANYHOW, None)
    .may_be_present(x509.ExtendedKeyUsage, _ANYHOW, lambda *_: None)
)
_CLIENT = verification.ExtensionPolicy.permit_all()
