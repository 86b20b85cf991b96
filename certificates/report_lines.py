"""A certificate of a judged upload: what was found about it, what lifts that, what the gateway would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.utils import timezone

from .models import Certificate, Finding
from .pki.certificate import Certificate as Parsed
from .pki.forest import Judged
from .pki.gateway.verdict import Waiver
from .services.known import parsed


@dataclass
class Line:
    """A certificate of an upload with what was found about it."""

    certificate: Certificate
    kind: str  # leaf, intermediate or root
    link: str
    depth: int
    parent: str  # fingerprint of its issuer in the same upload, or ""
    findings: list[Finding]
    gateway_accepts: bool | None = None  # once pinned; None for a CA
    gateway_says: str = ""
    waivers: dict[str, Waiver] = field(default_factory=dict)  # in force, by code

    @property
    def blocked_by(self) -> str:
        """The codes of its errors that no waiver lifts, for which nobody may trust it; "" when there are
        none.
        """
        codes = dict.fromkeys(
            finding.code
            for finding in self.findings
            if finding.severity == "error" and finding.code not in self.waivers
        )
        return ", ".join(codes)

    @cached_property
    def parsed(self) -> Parsed:
        """The judge's view of it."""
        return parsed(self.certificate)

    @property
    def judged(self) -> Judged:
        """It in its place, as the judge says it."""
        return Judged(self.parsed, self.kind, self.parent or None, self.link, self.depth)

    @property
    def details(self) -> list[tuple[str, str]]:
        """What the card says besides names, key, serial, fingerprint and dates: label and words."""
        read = self.parsed
        usage = ", ".join(read.key_usage) if read.key_usage is not None else "not limited"
        purposes = read.extended_key_usage
        said = [
            ("Key usage", usage or "none"),
            ("Meant for", ", ".join(purposes) if purposes is not None else "anything"),
            ("Key identifier", read.ski or "none"),
            ("Issuer’s key", read.aki or "not said"),
        ]
        if read.is_ca:
            limit = "no limit" if read.path_length is None else str(read.path_length)
            said.append(("CAs below it", limit))
        return said

    @property
    def warnings(self) -> list[Finding]:
        """What asks for a decision."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    @property
    def warning_words(self) -> str:
        """`1 warning`."""
        return counted(len(self.warnings), "warning")

    @property
    def status(self) -> str:
        """Its badge: a status of the subject `certificate`."""
        if self.certificate.not_after <= timezone.now():
            return "expired"
        if self.certificate.not_before > timezone.now():
            return "not_yet_valid"
        if self.link == "wrong_signature":
            return "no_path"
        if self.blocked_by:
            return "error"
        if self.waivers:
            return "waived"
        return "warning" if self.warnings else "sound"

    @property
    def what(self) -> str:
        """What it is, in words for a person who has never seen one."""
        return {
            "leaf": "client certificate",
            "intermediate": "issuing CA",
            "root": "root CA",
        }.get(self.kind, self.kind)


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}{'s' * (number != 1)}"
