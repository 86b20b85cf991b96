"""An upload -> a report: what was sent, who issued whom, everything there is to say, and whether it is
acceptable.

This is the policy half of the verdict. The gateway's own view of a chain is judged beside it, never in
place of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .certificate import Certificate
from .chains import check_chains
from .codes import Profile, under
from .findings import Finding, Severity, has_error, worst_first
from .forest import Judged, plant
from .policy import check_certificate
from .public_roots import NO_PUBLIC_ROOTS, PublicRoots
from .reading import Limits, duplicate, read
from .verifier import check_paths

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


def judge(
    files: Sequence[tuple[str, bytes]],
    at: datetime,
    profile: Profile = Profile.STRICT,
    *,
    public_roots: PublicRoots = NO_PUBLIC_ROOTS,
) -> Report:
    """Judge one upload.

    `files` holds (name, content) pairs as sent; `at` is the aware moment to judge for (raises ValueError if
    it is naive); `profile` is the account's; `public_roots` makes EKU_SUNSET possible. Nothing else is
    raised, whatever the files hold. If any of them holds a private key, the whole upload is refused: no
    certificate is returned, and the only findings are those that say so. An upload past the limits is refused
    whole as well.
    """
    if at.tzinfo is None:
        raise ValueError("`at` needs a time zone.")
    limits = Limits()
    if sum(len(data) for _, data in files) > limits.upload_bytes:
        sentence = f"The files have more than {limits.upload_bytes // 1000} kB together. None was read."
        return _refused(sentence)
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
    if len(sent) > limits.certificates:
        most = limits.certificates
        sentence = f"The files hold {len(sent)} certificates; more than {most} are not judged together."
        return _refused(sentence, said)
    if not sent:
        said.append(_no_certificate())
    forest = plant(tuple(sent.values()), at)
    found = [finding for judged in forest for finding in check_certificate(judged.certificate, at)]
    found += check_chains(forest, public_roots)
    blamed = {finding.fingerprint or "" for finding in found if finding.severity is Severity.ERROR}
    found += check_paths(forest, blamed)
    place = {judged.certificate.fingerprint: judged.order for judged in forest}
    for finding in sorted(found, key=lambda finding: place[finding.fingerprint or ""]):
        said.append(replace(finding, file=origin[finding.fingerprint or ""]))
    return Report(forest, worst_first(under(profile, said)))


def _refused(sentence: str, said: Sequence[Finding] = ()) -> Report:
    remedy = "Send only the client certificate and the chain above it."
    return Report((), worst_first([*said, Finding("SIZE", Severity.ERROR, sentence, remedy)]))


def _no_certificate() -> Finding:
    return Finding(
        "NO_CERTIFICATE",
        Severity.ERROR,
        "No certificate was found in what was sent.",
        "Send the client certificate with the chain above it, for example as .cer, .pem or .p7b.",
    )
