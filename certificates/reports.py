"""What pages show of a judged upload: its verdict, its chain as a tree, its findings, each certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone

from .lifecycle import UploadStatus
from .models import Finding, Upload, UploadedCertificate
from .pki.codes import RULES, Rule
from .pki.findings import Severity
from .pki.gateway.verdict import Waiver
from .report_lines import Line, counted
from .services.waived import in_force
from .standing import Standing, lifted_by, standing_by

_PLEASE = {"A": "Please", "a": "please"}


@dataclass
class Report:
    """Everything about one upload. `lines` stand in drawing order."""

    upload: Upload
    file_names: list[str]
    standing: Standing
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lifted: dict[int, Waiver] = field(default_factory=dict)  # by the finding's primary key

    @property
    def open_errors(self) -> list[Finding]:
        """The errors that no waiver lifts."""
        return [row for row in self.findings if row.severity == "error" and row.pk not in self.lifted]

    @property
    def accepted(self) -> bool | None:
        """The verdict of today, with the waivers in force; None until it is judged."""
        return self.standing.accepted

    @property
    def policy(self) -> bool | None:
        """Its half that is about what is safe and decent; None until it is judged."""
        if not self.is_judged:
            return None
        return bool(self.lines) and all(row.code == "GATEWAY_REFUSES" for row in self.open_errors)

    @property
    def gateway(self) -> bool | None:
        """Its other half: whether the gateway would let in every client, once pinned; None without a
        client.
        """
        said = [line.gateway_accepts for line in self.lines if line.gateway_accepts is not None]
        return all(said) if said else None

    @property
    def agree(self) -> bool | None:
        """Whether both halves say the same; None where the gateway has nothing to say."""
        return None if self.gateway is None else self.policy == self.gateway

    @property
    def agree_words(self) -> str:
        """What the two halves say to each other."""
        if self.gateway is None:
            return "no client to try on the gateway"
        if self.agree:
            return "portal and gateway agree"
        if self.policy:
            return "the gateway would refuse what policy lets pass"
        return "the gateway would let in what policy refuses"

    @property
    def is_judged(self) -> bool:
        """Whether the worker is through with it."""
        return self.standing.is_judged

    @property
    def files_words(self) -> str:
        """`3 certificates in 2 files`."""
        return f"{counted(len(self.lines), 'certificate')} in {counted(len(self.file_names), 'file')}"

    @property
    def usable(self) -> bool:
        """Whether any certificate may get a role."""
        return any(not line.blocked_by for line in self.lines)

    @property
    def next_step(self) -> str:
        """What the person who decides does with it."""
        if not self.usable:
            return "Nothing in it can be imported. Ask the partner for what is missing."
        if not self.accepted:
            return (
                "Some of it cannot be imported. Give the sound certificates a role, or ask the partner first."
            )
        verdict = "It is accepted by waiver." if self.lifted else "It is sound."
        return f"{verdict} Give each certificate its role, and accept."

    @property
    def question(self) -> str:
        """What to write to the partner about errors and missing issuers; "" when all is there."""
        asked = [
            f"{_said_of(finding)}: {finding.sentence} {to_partner(finding.remedy)}"
            for finding in self.findings
            if finding in self.open_errors or finding.code == "CHAIN_INCOMPLETE"
        ]
        return "\n".join([*asked, "Please send no private key."]) if asked else ""

    @property
    def finding_rows(self) -> list[dict[str, Any]]:
        """The findings for the findings component, folded as `_folded` says, without the linter's remarks."""
        return _folded([row for row in self.findings if row.code != "LINT"], self.lifted)

    @property
    def lint_rows(self) -> list[dict[str, Any]]:
        """The linter's remarks: advice, and no part of the verdict."""
        return _folded([row for row in self.findings if row.code == "LINT"], {})

    @property
    def findings_for_partner(self) -> list[dict[str, Any]]:
        """The same with remedies that speak to the partner, and without what people here say of waivers."""
        rows = [*self.finding_rows, *self.lint_rows]
        ours = {"waiver": None, "waive_url": ""}
        return [row | ours | {"remedy": to_partner(row["remedy"])} for row in rows]

    @property
    def tally(self) -> str:
        """`2 errors, 1 waived, 1 warning, 3 remarks`."""
        remarks = sum(finding.severity == "remark" for finding in self.findings)
        return f"{self.standing.tally}, {counted(remarks, 'remark')}" if remarks else self.standing.tally

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
        files = counted(len(names), "file")
        return [
            {
                "label": "Verdict",
                "status": "accepted" if self.accepted else "not_accepted",
                "text": self.standing.verdict,
                "kind": "certificate",
                "note": self.agree_words,
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
            "label": f"Checking {counted(len(self.file_names), 'file')}",
            "done": list(UploadStatus).index(self.upload.status),
            "total": 2,
            "state": "done" if self.is_judged else "running",
        }


def to_partner(remedy: str) -> str:
    """A remedy, written for the person who decides, said to the partner instead."""
    said = re.sub(r"([Aa])sk the partner for", lambda found: _PLEASE[found[1]] + " send", remedy)
    said = re.sub(r"([Aa])sk the partner", lambda found: _PLEASE[found[1]] + " tell us", said)
    said = re.sub(r"([Aa])sk for", lambda found: _PLEASE[found[1]] + " use", said)  # never "send a key"
    said = said.replace("Agree with the partner", "Agree with us").replace("the partner's", "your")
    return said.removeprefix("Trust neither. ").removeprefix("Refuse this key everywhere. ")


def _said_of(finding: Finding) -> str:
    """What a finding is about, for the partner: the file by the name that the partner gave it."""
    file = finding.file
    if file:
        return f"{finding.subject} in your file {file}" if finding.subject else f"Your file {file}"
    return finding.subject or "Your files"


def _folded(findings: list[Finding], lifted: dict[int, Waiver]) -> list[dict[str, Any]]:
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
                "meaning": rule.meaning if (rule := rule_behind(finding)) else "",
                "remedy": finding.remedy,
                "about": [],
                "waiver": lifted.get(finding.pk),
                "waive_url": _waive_url(finding) if finding.pk not in lifted else "",
            },
        )
        row["about"].append(one)
    return [row | row["about"][0] for row in rows.values()]


def rule_behind(finding: Finding) -> Rule | None:
    """The line of the table behind a stored finding, also when a profile changed its severity; None for what
    the table does not hold.
    """
    severity = Severity(finding.severity)
    exact = RULES.get((finding.code, severity))
    return exact or next((rule for rule in RULES.values() if rule.code == finding.code), None)


def _waive_url(finding: Finding) -> str:
    if not finding.waivable:
        return ""
    return reverse("certificates:waive", args=[finding.fingerprint, finding.code])


def report_of(upload: Upload) -> Report:
    """The report of an upload; without lines and findings until it is judged. Four queries."""
    file_names = list(upload.files.order_by("id").values_list("name", flat=True))
    report = Report(upload, file_names, Standing(upload.status))
    if not report.is_judged:
        return report
    report.findings = list(upload.findings.all())
    rows = list(upload.certificates.select_related("certificate"))
    at = timezone.now()
    waivers = in_force(upload.account_id, at, fingerprints=[row.certificate.fingerprint for row in rows])
    report.lifted = lifted_by(report.findings, waivers, at)
    report.standing = standing_by(
        upload,
        certificates=len(rows),
        warnings=sum(finding.severity == "warning" for finding in report.findings),
        errors=[finding for finding in report.findings if finding.severity == "error"],
        lifted=report.lifted,
    )
    about: dict[str, list[Finding]] = {}
    for finding in report.findings:
        about.setdefault(finding.fingerprint, []).append(finding)
    report.lines = [_line(row, about.get(row.certificate.fingerprint, []), report.lifted) for row in rows]
    return report


def _line(row: UploadedCertificate, findings: list[Finding], lifted: dict[int, Waiver]) -> Line:
    return Line(
        certificate=row.certificate,
        kind=row.kind,
        link=row.link,
        depth=row.depth,
        parent=row.parent,
        findings=findings,
        gateway_accepts=row.gateway_accepts,
        gateway_says=row.gateway_says,
        waivers={finding.code: lifted[finding.pk] for finding in findings if finding.pk in lifted},
    )


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
