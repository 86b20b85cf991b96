"""What a certificate may become in a truststore, and whether a whole truststore is fit to serve.

An upload is never trusted whole. Each certificate gets an explicit role, and a person decides it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from cryptography.x509.oid import ExtensionOID

from .certificate import Certificate
from .codes import Profile, under
from .findings import Finding, Severity, about, worst_first
from .forest import Judged
from .naming import CanonicalName
from .policy import check_certificate, check_time
from .public_roots import NO_PUBLIC_ROOTS, PublicRoots
from .shape import check_legible
from .vouching import TooMuchWork, linked, may_vouch

# The names of all trusted certificates travel in every handshake; past about 65 kB every handshake ends.
# Each name costs two bytes more than its DER.
NAMES_LIMIT_BYTES = 60_000
# Signature checks to find out which intermediates lead to an anchor, beside four for each of them.
LINK_CHECKS = 128
_POLICY = {
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.POLICY_MAPPINGS,
    ExtensionOID.INHIBIT_ANY_POLICY,
    ExtensionOID.CERTIFICATE_POLICIES,
}


class Role(StrEnum):
    """`anchor`: whoever it issues for may enter. `intermediate`: helps to build chains, trusts nobody.
    `client`: exactly this leaf may enter, pinned by its SHA-256."""

    ANCHOR = "anchor"
    INTERMEDIATE = "intermediate"
    CLIENT = "client"


def possible_roles(certificate: Certificate) -> tuple[Role, ...]:
    """The roles that fit the kind of certificate: a CA may be anchor or intermediate, anything else
    client."""
    return (Role.ANCHOR, Role.INTERMEDIATE) if certificate.is_ca else (Role.CLIENT,)


def suggested_role(judged: Judged, *, leads_to_anchor: bool = False) -> Role | None:
    """The safest role that is of use; None means "do not import".

    A leaf is pinned: it lets in exactly one client. A CA is never suggested as anchor, because that lets in
    everyone it has issued for and ever will: a person has to want it. Without an anchor above it an
    intermediate helps nobody (a pinned leaf needs no chain), so it is suggested only when
    `leads_to_anchor`: the caller says that a certificate above it is, or is about to become, an anchor of
    the same truststore.
    """
    if judged.kind == "leaf":
        return Role.CLIENT
    if judged.kind == "intermediate" and leads_to_anchor:
        return Role.INTERMEDIATE
    return None


def check_entry(
    certificate: Certificate,
    role: Role,
    at: datetime,
    profile: Profile = Profile.STRICT,
    *,
    public_roots: PublicRoots = NO_PUBLIC_ROOTS,
    matches_san: bool = False,
) -> list[Finding]:
    """Everything against (errors) and about (warnings) giving this certificate this role at the aware
    moment `at`.

    `matches_san`: the anchor has rules for the alternative names of its clients. Then it may be a public
    root, and a client has to have such a name.
    """
    as_ca = role != Role.CLIENT
    found = [*_role(certificate, role)]
    if role == Role.ANCHOR:
        found += _ignored(
            certificate, "Trust the intermediate that issues for this partner, or pin the client."
        )
        if not matches_san:
            found += _public(certificate, public_roots)
    found += check_certificate(certificate, at, as_ca=as_ca, matches_san=matches_san)
    return list(worst_first(under(profile, found)))


def check_store(
    entries: Sequence[tuple[Certificate, Role]], at: datetime, profile: Profile = Profile.STRICT
) -> list[Finding]:
    """What would make a whole truststore with these entries fail in the gateway at the aware moment `at`.

    STORE_EMPTY: nobody is let in. TIME: one entry that is out of its validity can break live ones. DECODE:
    one entry that the gateway cannot read makes it keep its whole old configuration. DUPLICATE: of two
    trusted CAs of one name the gateway takes the first and never tries the second. PATH_LENGTH: an
    intermediate that the store links to an anchor becomes an anchor, so that nothing else would stop one too
    many. ANCHOR_IGNORED: a limit on such an intermediate. SIZE: the list of names is too long for a
    handshake. Findings of `check_entry` other than TIME and
    DECODE are not repeated here.
    """
    findings = [
        finding
        for certificate, _ in entries
        for finding in (*check_time(certificate, at), *check_legible(certificate))
        if finding.code in ("TIME", "DECODE")
    ]
    found = [*_empty(entries), *findings, *_trusted(entries, at), *_names(entries)]
    return list(worst_first(under(profile, found)))


def _role(certificate: Certificate, role: Role) -> Iterator[Finding]:
    if role == Role.CLIENT:
        yield from _client(certificate)
    elif not certificate.is_ca:
        sentence = f"It is not a CA, so it cannot be an entry of the role {role}."
        remedy = "Give it the role client, or leave it out."
        yield about(certificate, "ANCHOR_NOT_CA", Severity.ERROR, sentence, remedy)


def _ignored(certificate: Certificate, remedy: str) -> Iterator[Finding]:
    """BoringSSL takes an anchor as it is: what limits it elsewhere does not limit it here."""
    if certificate.path_length is not None:
        sentence = (
            f"It allows {certificate.path_length} CAs below it, but the gateway would allow any number."
        )
        yield about(certificate, "ANCHOR_IGNORED", Severity.WARNING, sentence, remedy)
    purposes = certificate.extended_key_usage
    if purposes is not None and "clientAuth" not in purposes:
        sentence = (
            "It is not meant to issue for clients (extended key usage), but the gateway would let them in."
        )
        yield about(certificate, "ANCHOR_IGNORED", Severity.WARNING, sentence, remedy)
    if any(extension.critical and extension.oid in _POLICY for extension in certificate.decoded.extensions):
        sentence = "It limits certificate policies, but the gateway does not look at those of an anchor."
        yield about(certificate, "ANCHOR_IGNORED", Severity.WARNING, sentence, remedy)


def _public(certificate: Certificate, public_roots: PublicRoots) -> Iterator[Finding]:
    if public_roots.holds(certificate):
        sentence = "It is a public root: every customer of that CA could enter."
        remedy = "Pin the client's own certificate, or give the anchor a rule for the names of its clients."
        yield about(certificate, "ANCHOR_PUBLIC", Severity.ERROR, sentence, remedy)
    elif public_roots.issued(certificate):
        sentence = "A public root issued this CA, so it may issue for others than this partner."
        remedy = "Make sure that it issues for this partner alone, or pin the client's own certificate."
        yield about(certificate, "ANCHOR_PUBLIC", Severity.WARNING, sentence, remedy)


def _client(certificate: Certificate) -> Iterator[Finding]:
    """A pinned leaf that could sign certificates would let in more than itself if its pin were ever lost."""
    if certificate.is_ca:
        sentence = "It is a CA: as a pinned client it could let in others that it signs."
        remedy = "Pin the client's own certificate. A CA may be an anchor or an intermediate."
        yield about(certificate, "ANCHOR_NOT_CA", Severity.ERROR, sentence, remedy)
    elif certificate.key_usage is None:
        sentence = (
            "Nothing in it forbids signing other certificates (no key usage); only the pin prevents it."
        )
        remedy = "Ask for one with the key usage digitalSignature at the next renewal."
        yield about(certificate, "KU_LEAF", Severity.WARNING, sentence, remedy)
    elif "keyCertSign" in certificate.key_usage:
        sentence = "Its key usage allows it to sign certificates, so it could let in others."
        remedy = "Ask the partner for a client certificate without keyCertSign."
        yield about(certificate, "KU_LEAF", Severity.ERROR, sentence, remedy)


def _empty(entries: Sequence[tuple[Certificate, Role]]) -> Iterator[Finding]:
    if not any(role in (Role.ANCHOR, Role.CLIENT) for _, role in entries):
        yield Finding(
            "STORE_EMPTY",
            Severity.ERROR,
            "No entry of this truststore lets anyone in, so its hosts would refuse everybody.",
            "Add an anchor or a client.",
        )


def _trusted(entries: Sequence[tuple[Certificate, Role]], at: datetime) -> Iterator[Finding]:
    """About the CAs that stand in the gateway's `trusted_ca` together: anchors, and the intermediates that
    the store itself links to one, which become anchors by that."""
    anchors = [c for c, role in entries if role == Role.ANCHOR and may_vouch(c)]
    helpers = [c for c, role in entries if role == Role.INTERMEDIATE and may_vouch(c)]
    try:
        within = linked(anchors, helpers, at, checks=LINK_CHECKS + 4 * len(helpers))
    except TooMuchWork:
        yield Finding(
            "SIZE",
            Severity.ERROR,
            "Too many CAs of this truststore share a name to find out which of them lead to an anchor.",
            "Keep one CA of each name.",
        )
        return
    yield from _twins([*anchors, *(helper for helper, _ in within.values() if helper not in anchors)])
    for helper, _ in within.values():
        if helper not in anchors:
            yield from _ignored(helper, "Leave it out and let the clients send it: then every limit counts.")
            yield from _too_deep(helper, within)


def _twins(trusted: Iterable[Certificate]) -> Iterator[Finding]:
    namesakes: dict[CanonicalName, list[Certificate]] = defaultdict(list)
    for certificate in trusted:
        namesakes[certificate.subject_key].append(certificate)
    for first, *rest in namesakes.values():
        for twin in rest:
            sentence = (
                f"Another trusted CA has the same name, {first.common_name}; the gateway tries only one."
            )
            remedy = "Keep one of the two. After a renewal, that is usually the newer one."
            yield about(twin, "DUPLICATE", Severity.ERROR, sentence, remedy)


def _too_deep(
    certificate: Certificate, within: Mapping[str, tuple[Certificate, Certificate]]
) -> Iterator[Finding]:
    """RFC 5280 section 4.2.1.9, among the trusted: the gateway never looks at that itself."""
    here, between = certificate, int(not certificate.self_issued)
    while here.fingerprint in within:
        _, here = within[here.fingerprint]
        if here.path_length is not None and between > here.path_length:
            sentence = (
                f"{here.common_name} allows {here.path_length} CAs below it; this one is too many, and the "
                "gateway would trust it all the same."
            )
            remedy = "Leave it out. Ask the partner whether this CA was meant to exist."
            yield about(certificate, "PATH_LENGTH", Severity.ERROR, sentence, remedy)
            return
        between += not here.self_issued


def _names(entries: Sequence[tuple[Certificate, Role]]) -> Iterator[Finding]:
    total = sum(len(certificate.decoded.subject.public_bytes()) + 2 for certificate, _ in entries)
    if total > NAMES_LIMIT_BYTES:
        yield Finding(
            "SIZE",
            Severity.ERROR,
            f"The names of the entries add up to {total // 1000} kB; past 60 kB every handshake fails.",
            "Remove entries that are no longer used, or trust one CA in place of many clients.",
        )
