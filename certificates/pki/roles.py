"""What a certificate may become in a truststore, and whether a whole truststore is fit to serve.

An upload is never trusted whole. Each certificate gets an explicit role, and a person decides it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
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

# The names of all trusted certificates travel in every handshake; past about 65 kB every handshake ends.
# Each name costs two bytes more than its DER.
NAMES_LIMIT_BYTES = 60_000
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

    `matches_san`: every host with this truststore also compares the alternative names of clients. Then an
    anchor may be a public root, and a client has to have such a name.
    """
    as_ca = role != Role.CLIENT
    found = [*_role(certificate, role)]
    if role == Role.ANCHOR:
        found += _ignored(certificate)
        if not matches_san:
            found += _public(certificate, public_roots)
    found += check_certificate(certificate, at, as_ca=as_ca, matches_san=matches_san)
    return list(worst_first(under(profile, found)))


def check_store(
    entries: Sequence[tuple[Certificate, Role]], at: datetime, profile: Profile = Profile.STRICT
) -> list[Finding]:
    """What would make a whole truststore with these entries fail in the gateway at the aware moment `at`.

    STORE_EMPTY: nobody is let in. TIME: one entry that is out of its validity can break live ones.
    DUPLICATE: the gateway takes the first anchor of a name and never tries the second. SIZE: the list of
    names is too long for a handshake. Findings of `check_entry` other than TIME are not repeated here.
    """
    findings = [
        finding
        for certificate, _ in entries
        for finding in check_time(certificate, at)
        if finding.code == "TIME"
    ]
    found = [*_empty(entries), *findings, *_twins(entries), *_names(entries)]
    return list(worst_first(under(profile, found)))


def _role(certificate: Certificate, role: Role) -> Iterator[Finding]:
    if role == Role.CLIENT:
        yield from _client(certificate)
    elif not certificate.is_ca:
        sentence = f"It is not a CA, so it cannot be an entry of the role {role}."
        remedy = "Give it the role client, or leave it out."
        yield about(certificate, "ANCHOR_NOT_CA", Severity.ERROR, sentence, remedy)


def _ignored(certificate: Certificate) -> Iterator[Finding]:
    """BoringSSL takes an anchor as it is: what limits it elsewhere does not limit it here."""
    remedy = "Trust the intermediate that issues for this partner in its place, or pin the client."
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
        remedy = "Pin the client's own certificate, or let the host compare alternative names."
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


def _twins(entries: Sequence[tuple[Certificate, Role]]) -> Iterator[Finding]:
    anchors: dict[CanonicalName, list[Certificate]] = defaultdict(list)
    for certificate, role in entries:
        if role == Role.ANCHOR:
            anchors[certificate.subject_key].append(certificate)
    for first, *rest in anchors.values():
        for twin in rest:
            sentence = f"Another anchor has the same name, {first.common_name}; the gateway tries only one."
            remedy = "Keep one of the two. After a renewal, that is usually the newer one."
            yield about(twin, "DUPLICATE", Severity.ERROR, sentence, remedy)


def _names(entries: Sequence[tuple[Certificate, Role]]) -> Iterator[Finding]:
    total = sum(len(certificate.decoded.subject.public_bytes()) + 2 for certificate, _ in entries)
    if total > NAMES_LIMIT_BYTES:
        yield Finding(
            "SIZE",
            Severity.ERROR,
            f"The names of the entries add up to {total // 1000} kB; past 60 kB every handshake fails.",
            "Remove entries that are no longer used, or trust one CA in place of many clients.",
        )
