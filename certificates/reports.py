"""What pages show of a judged upload: its verdict, its chain as a tree, its findings, each certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from .lifecycle import UploadStatus
from .models import Certificate, Finding, Upload, UploadedCertificate

_PLEASE = {"A": "Please", "a": "please"}


@dataclass
class Line:
    """A certificate of an upload with what was found about it."""

    certificate: Certificate
    kind: str  # leaf, intermediate or root
    link: str
    depth: int
    suggested_role: str
    findings: list[Finding]

    @property
    def blocked_by(self) -> str:
        """The codes of its errors, for which nobody may trust it; "" when there are none."""
        codes = dict.fromkeys(finding.code for finding in self.findings if finding.severity == "error")
        return ", ".join(codes)

    @property
    def warnings(self) -> list[Finding]:
        """What asks for a decision."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    @property
    def warning_words(self) -> str:
        """`1 warning`."""
        return _counted(len(self.warnings), "warning")

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
        return "warning" if self.warnings else "sound"

    @property
    def what(self) -> str:
        """What it is, in words for a person who has never seen one."""
        return {
            "leaf": "client certificate",
            "intermediate": "issuing CA",
            "root": "root CA",
        }.get(self.kind, self.kind)


@dataclass
class Report:
    """Everything about one upload. `lines` stand in drawing order."""

    upload: Upload
    file_names: list[str]
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_judged(self) -> bool:
        """Whether the worker is through with it."""
        return self.upload.status == UploadStatus.JUDGED

    def count(self, severity: str) -> int:
        """How many findings are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def error_words(self) -> str:
        """`2 errors`, or that nothing could be read."""
        errors = self.count("error")
        return _counted(errors, "error") if errors else "not accepted"

    @property
    def warning_words(self) -> str:
        """`1 warning`; "" without one."""
        warnings = self.count("warning")
        return _counted(warnings, "warning") if warnings else ""

    @property
    def files_words(self) -> str:
        """`3 certificates in 2 files`."""
        return f"{_counted(len(self.lines), 'certificate')} in {_counted(len(self.file_names), 'file')}"

    @property
    def usable(self) -> bool:
        """Whether any certificate may get a role."""
        return any(not line.blocked_by for line in self.lines)

    @property
    def next_step(self) -> str:
        """What the person who decides does with it."""
        if not self.usable:
            return "Nothing in it can be imported. Ask the partner for what is missing."
        if not self.upload.accepted:
            return (
                "Some of it cannot be imported. Give the sound certificates a role, or ask the partner first."
            )
        return "It is sound. Give each certificate its role, and accept."

    @property
    def question(self) -> str:
        """What to write to the partner about errors and missing issuers; "" when all is there."""
        asked = [
            f"{_said_of(finding)}: {finding.sentence} {to_partner(finding.remedy)}"
            for finding in self.findings
            if finding.severity == "error" or finding.code == "CHAIN_INCOMPLETE"
        ]
        return "\n".join([*asked, "Please send no private key."]) if asked else ""

    @property
    def finding_rows(self) -> list[dict[str, Any]]:
        """The findings for the findings component, folded as `_folded` says."""
        return _folded(self.findings)

    @property
    def findings_for_partner(self) -> list[dict[str, Any]]:
        """The same with remedies that speak to the partner."""
        return [row | {"remedy": to_partner(row["remedy"])} for row in self.finding_rows]

    @property
    def tally(self) -> str:
        """`2 errors, 1 warning`."""
        return ", ".join(
            _counted(n, word)
            for word in ("error", "warning", "remark")
            if (n := self.count(word)) or word == "error"
        )

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The chain component's nodes. An issuer that was not sent stands above as a ghost."""
        drawn: list[dict[str, Any]] = []
        shift = 0
        for line in self.lines:
            if line.depth == 0:
                shift = 0
                if line.link in ("missing_issuer", "wrong_signature"):
                    drawn.append(_ghost(line))
                    shift = 1
            drawn.append(
                {
                    "depth": line.depth + shift,
                    "certificate": line.certificate,
                    "role": "client" if line.kind == "leaf" else "CA",
                    "status": line.status,
                    "link": line.link,
                }
            )
        return drawn

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The verdict strip."""
        names = self.file_names
        files = _counted(len(names), "file")
        return [
            {
                "label": "Verdict",
                "status": "accepted" if self.upload.accepted else "not_accepted",
                "text": "sound" if self.upload.accepted else "not accepted as sent",
                "kind": "certificate",
                "note": self.tally,
            },
            {"label": "From", "value": self.upload.sender},
            {
                "label": "Certificates",
                "value": f"{len(self.lines)} in {files}",
                "note": ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""),
            },
            {"label": "Private key", "value": "none sent", "note": "checked before anything was kept"},
        ]

    @property
    def progress(self) -> dict[str, Any]:
        """The progress component's context while the worker judges."""
        return {
            "label": f"Checking {_counted(len(self.file_names), 'file')}",
            "done": list(UploadStatus).index(self.upload.status),
            "total": 2,
            "state": "done" if self.is_judged else "running",
        }


def to_partner(remedy: str) -> str:
    """A remedy, written for the person who decides, said to the partner instead."""
    said = re.sub(r"([Aa])sk the partner for", lambda found: _PLEASE[found[1]] + " send", remedy)
    said = re.sub(r"([Aa])sk the partner", lambda found: _PLEASE[found[1]] + " tell us", said)
    return said.removeprefix("Trust neither. ")


def _said_of(finding: Finding) -> str:
    """What a finding is about, for the partner: the file by the name that the partner gave it."""
    file = finding.file
    if file:
        return f"{finding.subject} in your file {file}" if finding.subject else f"Your file {file}"
    return finding.subject or "Your files"


def _folded(findings: list[Finding]) -> list[dict[str, Any]]:
    """Rows of the findings component. Errors stand alone; the same warning or remark about several
    certificates is one row that lists them as `about`, so that it does not bury the errors.
    """
    rows: dict[Any, dict[str, Any]] = {}
    for place, finding in enumerate(findings):
        same = finding.code, finding.severity, finding.sentence, finding.remedy
        one = {
            "subject": finding.subject,
            "fingerprint": finding.fingerprint,
            "file": finding.file,
        }
        row = rows.setdefault(
            place if finding.severity == "error" else same,
            {
                "severity": finding.severity,
                "sentence": finding.sentence,
                "code": finding.code,
                "remedy": finding.remedy,
                "about": [],
            },
        )
        row["about"].append(one)
    return [row | row["about"][0] for row in rows.values()]


def report_of(upload: Upload) -> Report:
    """The report of an upload; without lines and findings until it is judged. Three queries."""
    report = Report(upload, list(upload.files.order_by("id").values_list("name", flat=True)))
    if not report.is_judged:
        return report
    report.findings = list(upload.findings.all())
    about: dict[str, list[Finding]] = {}
    for finding in report.findings:
        about.setdefault(finding.fingerprint, []).append(finding)
    report.lines = [
        _line(row, about.get(row.certificate.fingerprint, []))
        for row in upload.certificates.select_related("certificate")
    ]
    return report


def _line(row: UploadedCertificate, findings: list[Finding]) -> Line:
    return Line(row.certificate, row.kind, row.link, row.depth, row.suggested_role, findings)


def _ghost(line: Line) -> dict[str, Any]:
    issuer = line.certificate.issuer
    common_name = re.search(r"CN=([^,]+)", issuer)
    name = common_name[1] if common_name else issuer or "An issuer without a name"
    sent = "one of this name was sent, with another key; " if line.link == "wrong_signature" else ""
    return {
        "depth": 0,
        "certificate": {"common_name": name},
        "detail": f"{sent}{line.certificate.common_name} names it as its issuer, so it must exist",
        "status": "missing",
        "absent": True,
    }


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
