"""What there is to say about certificates together: who issued whom, how deep, how large, within what
limits."""

from collections.abc import Iterator, Sequence

from .certificate import Certificate
from .findings import Finding, Severity, about
from .forest import Judged, ancestors
from .naming import shortened
from .public_roots import PublicRoots, key_hash
from .shape import check_version

CHAIN_LIMIT = 20
# The gateway ends a handshake in which a client sends more than about 100 kB.
CHAIN_LIMIT_BYTES = 90_000
# BoringSSL compares these kinds of names with a CA's limits, and refuses when it meets a limit on another.
_COMPARABLE = {"DNS", "email", "URI", "DirName"}
_ASK_AGAIN = "Ask the issuer to issue it again with the right authority key identifier."


def check_chains(forest: Sequence[Judged], public_roots: PublicRoots) -> Iterator[Finding]:
    """Every finding about the place of each certificate of a forest, certificate by certificate."""
    by_fingerprint = {judged.certificate.fingerprint: judged for judged in forest}
    issuing = {judged.parent for judged in forest}
    for judged in forest:
        above = ancestors(judged, by_fingerprint)
        yield from _link(judged)
        yield from _twins(judged, forest)
        if above:
            yield from _identifiers(judged.certificate, above[0])
        yield from _path_length(judged.certificate, above)
        if judged.certificate.fingerprint not in issuing:
            yield from _length(judged.certificate, above)
        elif not judged.certificate.is_ca:
            yield from _not_a_ca(judged.certificate, forest)
        if not judged.certificate.is_ca:
            yield from _constraints(judged.certificate, above)
            yield from _sunset(judged.certificate, above, public_roots)


def _link(judged: Judged) -> Iterator[Finding]:
    certificate = judged.certificate
    key = f" (key identifier {certificate.aki[:8]}…)" if certificate.aki else ""
    if judged.link == "wrong_signature":
        sentence = (
            "The issuer in this upload has the right name but the wrong key: the signature does not fit."
        )
        remedy = f"Ask the partner for the certificate of {shortened(certificate.issuer)}{key}."
        yield about(certificate, "KEY_ID", Severity.ERROR, sentence, remedy)
    elif judged.link == "missing_issuer":
        sentence = f"Its issuer was not sent: {shortened(certificate.issuer) or 'an issuer without a name'}."
        remedy = f"Ask the partner for the certificate of that issuer{key}."
        yield about(certificate, "CHAIN_INCOMPLETE", Severity.WARNING, sentence, remedy)


def _identifiers(certificate: Certificate, issuer: Certificate) -> Iterator[Finding]:
    """The signature fits, but the gateway also compares identifiers and then finds no issuer."""
    if certificate.aki and issuer.ski and certificate.aki != issuer.ski:
        sentence = (
            f"It names an issuer key that {issuer.common_name} does not have, so the gateway refuses it."
        )
        yield about(certificate, "KEY_ID", Severity.ERROR, sentence, _ASK_AGAIN)
    if certificate.aki_serial:
        names, serial = certificate.aki_serial
        if serial != issuer.serial_number or (names and issuer.issuer_key not in names):
            sentence = f"It names another certificate of {issuer.common_name} by serial number or issuer."
            remedy = f"{_ASK_AGAIN} It breaks whenever a CA that is named by serial number is renewed."
            yield about(certificate, "KEY_ID", Severity.ERROR, sentence, remedy)


def _twins(judged: Judged, forest: Sequence[Judged]) -> Iterator[Finding]:
    """The gateway takes the first issuer of a fitting name and never goes back; identifiers lead it."""
    if judged.link != "sound":
        return
    namesakes = [
        other.certificate
        for other in forest
        if other.certificate.subject_key == judged.certificate.issuer_key
    ]
    if len(namesakes) < 2 or len({key_hash(namesake) for namesake in namesakes}) < 2:
        return
    if not judged.certificate.aki or not all(namesake.ski for namesake in namesakes):
        sentence = (
            f"{len(namesakes)} certificates have its issuer's name, and no identifier says which it is."
        )
        remedy = "Ask for certificates with key identifiers, or trust only one of the issuers of that name."
        yield about(judged.certificate, "KEY_ID", Severity.ERROR, sentence, remedy)


def _path_length(certificate: Certificate, above: Sequence[Certificate]) -> Iterator[Finding]:
    """RFC 5280 section 4.2.1.9: CAs that issued for themselves do not count, nor does the client."""
    between = int(certificate.is_ca and not certificate.self_issued)
    for ancestor in above:
        if certificate.is_ca and ancestor.path_length is not None and between > ancestor.path_length:
            sentence = (
                f"{ancestor.common_name} allows {ancestor.path_length} CAs below it; this one is too many."
            )
            remedy = "Trust neither. Ask the partner whether this CA was meant to exist."
            yield about(certificate, "PATH_LENGTH", Severity.ERROR, sentence, remedy)
            return
        between += not ancestor.self_issued


def _length(certificate: Certificate, above: Sequence[Certificate]) -> Iterator[Finding]:
    if len(above) >= CHAIN_LIMIT:
        sentence = f"There are {len(above)} certificates above it; a chain has {CHAIN_LIMIT} at most."
        remedy = "Send only the client certificate and the chain above it."
        yield about(certificate, "SIZE", Severity.ERROR, sentence, remedy)
    sent = sum(len(one.der) for one in (certificate, *above) if not one.self_signed)
    if sent > CHAIN_LIMIT_BYTES:
        sentence = f"The chain has {sent // 1000} kB; the gateway ends a handshake with more than 100 kB."
        remedy = "Ask the issuer for certificates of the usual size, a few kB each."
        yield about(certificate, "SIZE", Severity.ERROR, sentence, remedy)


def _not_a_ca(certificate: Certificate, forest: Sequence[Judged]) -> Iterator[Finding]:
    issued = [other.certificate for other in forest if other.parent == certificate.fingerprint]
    names = ", ".join(other.common_name for other in issued[:3]) + (" and others" if issued[3:] else "")
    sentence = f"It signed {names}, but it is not a CA and may not sign certificates."
    remedy = "Trust neither. Ask the partner how this second certificate came to be."
    yield about(certificate, "ANCHOR_NOT_CA", Severity.ERROR, sentence, remedy)
    yield from check_version(certificate, as_ca=True)


def _constraints(certificate: Certificate, above: Sequence[Certificate]) -> Iterator[Finding]:
    named = {name.partition(":")[0] for name in certificate.san}
    for ancestor in above:
        unknown = sorted((ancestor.constrained - _COMPARABLE) & named)
        if unknown:
            sentence = (
                f"{ancestor.common_name} limits {' and '.join(unknown)} names, which the gateway cannot "
                "compare, and this certificate has such a name."
            )
            remedy = "Ask for a certificate without that alternative name, or from a CA without that limit."
            yield about(certificate, "NAME_CONSTRAINT", Severity.ERROR, sentence, remedy)


def _sunset(
    certificate: Certificate, above: Sequence[Certificate], public_roots: PublicRoots
) -> Iterator[Finding]:
    chain = (certificate, *above)
    if any(public_roots.holds(one) for one in above) or public_roots.issued(chain[-1]):
        sentence = "It comes from a public CA; those stop issuing for clients (clientAuth) by March 2027."
        remedy = (
            "Agree with the partner on a private CA, or on a pinned certificate, before the next renewal."
        )
        yield about(certificate, "EKU_SUNSET", Severity.WARNING, sentence, remedy)
