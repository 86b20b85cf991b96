"""The verdict: what policy says and what the gateway will do, together. *Accepted* needs both.

- Policy and gateway say yes: accepted.
- Only the gateway says yes: a named person may waive a needless refusal, with a reason and an end date; a
  hole is never waived.
- Only policy says yes: blocked, and the reason is named. It is tomorrow's outage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..codes import needless
from ..findings import Finding, Severity, worst_first
from .settings import Prediction


@dataclass(frozen=True)
class Waiver:
    """A needless refusal that a person took upon themselves. `code` and `fingerprint` as in the finding;
    `until` is the last aware moment at which it counts; `by` names the person. Raises ValueError when the
    person, the reason or the time zone is missing."""

    code: str
    fingerprint: str
    until: datetime
    by: str
    reason: str

    def __post_init__(self) -> None:
        if not self.by.strip() or not self.reason.strip():
            raise ValueError("A waiver needs a person and a reason.")
        if self.until.tzinfo is None:
            raise ValueError("`until` needs a time zone.")

    def covers(self, finding: Finding, at: datetime) -> bool:
        """Whether it is about this finding and still counts at the aware moment `at`."""
        return (self.code, self.fingerprint) == (finding.code, finding.fingerprint) and at <= self.until


@dataclass(frozen=True)
class Verdict:
    """Before any waiver. `policy_findings`: as policy gave them, worst first. `waivable`: the errors that
    waivers could lift; empty when that would not be enough for acceptance."""

    accepted: bool
    policy_findings: tuple[Finding, ...]
    prediction: Prediction
    waivable: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything to be shown, errors first: policy's findings, and GATEWAY_REFUSES when the gateway would
        refuse what policy lets pass, or what a waiver could let pass."""
        return worst_first([*self.policy_findings, *self._refusal()])

    def _refusal(self) -> list[Finding]:
        said, about = self.prediction, self.prediction.culprit
        if said.accepted or not all(needless(finding) for finding in _errors(self.policy_findings)):
            return []
        sentence = f"The gateway would refuse this chain. {said.sentence}"
        fingerprint, subject = (about.fingerprint, about.common_name) if about else (None, "")
        return [Finding("GATEWAY_REFUSES", Severity.ERROR, sentence, said.remedy, fingerprint, subject)]


def decide(findings: Sequence[Finding], prediction: Prediction) -> Verdict:
    """Put policy and prediction together. `findings`: what policy says about the chain, with the severities
    of the account's profile.
    """
    errors = _errors(findings)
    lifted = prediction.accepted and all(needless(finding) for finding in errors)
    return Verdict(
        accepted=prediction.accepted and not errors,
        policy_findings=worst_first(findings),
        prediction=prediction,
        waivable=tuple(errors) if lifted else (),
    )


def lifting(finding: Finding, waivers: Iterable[Waiver], at: datetime) -> Waiver | None:
    """The waiver that lifts this finding at the aware moment `at`; None without one. Only an error that the
    table calls needless can be lifted: never a hole, an outage or what the gateway refuses.
    """
    if not needless(finding):
        return None
    return next((waiver for waiver in waivers if waiver.covers(finding, at)), None)


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]
