"""An upload -> a report: what was sent, who issued whom, everything there is to say, and whether it is
acceptable.

This is the policy half of the verdict. The gateway's own view of a chain is judged beside it, never in
place of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .certificate import Certificate
from .findings import Finding, Severity, has_error, worst_first
from .forest import Judged, plant
from .policy import about, check_certificate
from .reading import Limits, duplicate, read

__all__ = ["Judged", "Report", "judge"]


@dataclass(frozen=True)
class Report:
    """`certificates` in drawing order (see `Judged`), `findings` with the errors first."""

    certificates: tuple[Judged, ...]
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        """At least one certificate, and no finding that is an error."""
        return bool(self.certificates) and not has_error(self.findings)

    def chain(self, fingerprint: str) -> tuple[Judged, ...]:
        """The certificate with this fingerprint and everything above it, leaf first; empty if it was not
        sent."""
        by_fingerprint = {judged.certificate.fingerprint: judged for judged in self.certificates}
        found: list[Judged] = []
        here: str | None = fingerprint
        while here is not None and here in by_fingerprint:
            found.append(by_fingerprint[here])
            here = by_fingerprint[here].parent
        return tuple(found)


def judge(files: Sequence[tuple[str, bytes]], at: datetime) -> Report:
    """Judge one upload.

    `files` holds (name, content) pairs as sent; `at` is the aware moment to judge for (raises ValueError if
    it is naive). Nothing else is raised, whatever the files hold. If any of them holds a private key, the
    whole upload is refused: no certificate is returned, and the only findings are those that say so.
    """
    if at.tzinfo is None:
        raise ValueError("`at` needs a time zone.")
    readings = [(name, read(data, name)) for name, data in files]
    said = [finding for _, reading in readings for finding in reading.findings]
    keys = tuple(finding for finding in said if finding.code == "PRIVATE_KEY_SENT")
    if keys:
        return Report((), keys)
    sent: dict[str, Certificate] = {}
    origin: dict[str, str] = {}
    for name, reading in readings:
        for certificate in reading.certificates:
            if certificate.fingerprint in sent:
                said.append(duplicate(certificate, name))
            else:
                sent[certificate.fingerprint], origin[certificate.fingerprint] = certificate, name
    limit = Limits().certificates
    if len(sent) > limit:
        sentence = f"The files hold {len(sent)} certificates; more than {limit} are not judged together."
        remedy = "Send only the client certificate and the chain above it."
        return Report((), worst_first([*said, Finding("SIZE", Severity.ERROR, sentence, remedy)]))
    if not sent:
        said.append(_no_certificate())
    forest = plant(tuple(sent.values()), at)
    by_fingerprint = {judged.certificate.fingerprint: judged for judged in forest}
    for judged in forest:
        for finding in _about(judged, by_fingerprint, at):
            said.append(replace(finding, file=origin[judged.certificate.fingerprint]))
    return Report(forest, worst_first(said))


def _no_certificate() -> Finding:
    return Finding(
        "NO_CERTIFICATE",
        Severity.ERROR,
        "No certificate was found in what was sent.",
        "Send the client certificate with the chain above it, for example as .cer, .pem or .p7b.",
    )


def _about(judged: Judged, others: Mapping[str, Judged], at: datetime) -> Iterator[Finding]:
    yield from check_certificate(judged.certificate, at)
    yield from _link(judged)
    if judged.parent is not None:
        yield from _parent(judged.certificate, others[judged.parent].certificate)
    if not judged.certificate.is_ca:
        yield from _not_a_ca(judged.certificate, others)


def _link(judged: Judged) -> Iterator[Finding]:
    certificate = judged.certificate
    key = f" with the key identifier {certificate.aki[:8]}..." if certificate.aki else ""
    if judged.link == "wrong_signature":
        sentence = (
            "The issuer in this upload has the right name but the wrong key: the signature does not fit."
        )
        remedy = f"Ask the partner for the certificate of {certificate.issuer}{key}."
        yield about(certificate, "KEY_ID", Severity.ERROR, sentence, remedy)
    elif judged.link == "missing_issuer":
        sentence = f"Its issuer was not sent: {certificate.issuer or 'an issuer without a name'}."
        remedy = f"Ask the partner for the certificate of that issuer{key}."
        yield about(certificate, "CHAIN_INCOMPLETE", Severity.WARNING, sentence, remedy)


def _parent(certificate: Certificate, issuer: Certificate) -> Iterator[Finding]:
    """The signature fits, but the gateway also compares key identifiers and then finds no issuer."""
    if certificate.aki and issuer.ski and certificate.aki != issuer.ski:
        sentence = (
            f"It names an issuer key that {issuer.common_name} does not have, so the gateway refuses it."
        )
        remedy = "Ask the issuer to issue it again with the right authority key identifier."
        yield about(certificate, "KEY_ID", Severity.ERROR, sentence, remedy)


def _not_a_ca(certificate: Certificate, others: Mapping[str, Judged]) -> Iterator[Finding]:
    issued = [other for other in others.values() if other.parent == certificate.fingerprint]
    if issued:
        names = ", ".join(other.certificate.common_name for other in issued)
        sentence = f"It signed {names}, but it is not a CA and may not sign certificates."
        remedy = "Trust neither. Ask the partner how this second certificate came to be."
        yield about(certificate, "ANCHOR_NOT_CA", Severity.ERROR, sentence, remedy)
