"""What a certificate may become in a truststore, and whether a whole truststore is fit to serve.

An upload is never trusted whole. Each certificate gets an explicit role, and a person decides it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from .certificate import Certificate
from .findings import Finding, Severity, worst_first
from .forest import Judged
from .naming import CanonicalName
from .policy import about, check_certificate

# The names of all trusted certificates travel in every handshake; past about 65 kB every handshake ends.
# Each name costs two bytes more than its DER.
NAMES_LIMIT_BYTES = 60_000


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


def check_entry(certificate: Certificate, role: Role, at: datetime) -> list[Finding]:
    """Everything against (errors) and about (warnings) giving this certificate this role at the aware
    moment `at`."""
    return list(worst_first([*_role(certificate, role), *check_certificate(certificate, at)]))


def check_store(entries: Sequence[tuple[Certificate, Role]], at: datetime) -> list[Finding]:
    """What would make a whole truststore with these entries fail in the gateway at the aware moment `at`.

    STORE_EMPTY: nobody is let in. TIME: one entry that is out of its validity can break live ones.
    DUPLICATE: the gateway takes the first anchor of a name and never tries the second. SIZE: the list of
    names is too long for a handshake. Findings of `check_entry` other than TIME are not repeated here.
    """
    findings = [
        finding
        for certificate, _ in entries
        for finding in check_certificate(certificate, at)
        if finding.code == "TIME"
    ]
    return list(worst_first([*_empty(entries), *findings, *_twins(entries), *_names(entries)]))


def _role(certificate: Certificate, role: Role) -> Iterator[Finding]:
    if role == Role.CLIENT:
        yield from _client(certificate)
    elif not certificate.is_ca:
        sentence = f"It is not a CA, so it cannot be an entry of the role {role}."
        yield about(
            certificate,
            "ANCHOR_NOT_CA",
            Severity.ERROR,
            sentence,
            "Give it the role client, or leave it out.",
        )


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
