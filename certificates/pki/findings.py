"""What the judge says: one finding is one thing that one person can act on.

Codes are those of the policy table (for example `TIME`, `RSA_SHORT`); they are stable and may be stored and
tested against. Sentences and remedies are for people and may be reworded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .certificate import Certificate


class Severity(StrEnum):
    """`error` blocks acceptance, `warning` asks for a decision, `remark` informs."""

    ERROR = "error"
    WARNING = "warning"
    REMARK = "remark"


@dataclass(frozen=True)
class Finding:
    """One finding.

    `sentence` says what is, `remedy` what to do about it. `fingerprint` is the lower-case hexadecimal
    SHA-256 of the certificate's DER and None when the finding is about a file or a whole truststore;
    `subject` is the certificate's common name as pages show it; `file` is the name the sender gave.
    """

    code: str
    severity: Severity
    sentence: str
    remedy: str
    fingerprint: str | None = None
    subject: str = ""
    file: str = ""


def about(certificate: Certificate, code: str, severity: Severity, sentence: str, remedy: str) -> Finding:
    """A finding about this certificate."""
    return Finding(code, severity, sentence, remedy, certificate.fingerprint, certificate.common_name)


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same findings, errors before warnings before remarks, otherwise in the order given."""
    return tuple(sorted(findings, key=lambda finding: _RANK[finding.severity]))


def has_error(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings blocks acceptance."""
    return any(finding.severity is Severity.ERROR for finding in findings)
