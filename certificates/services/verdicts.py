"""What the gateway will do with a chain and a truststore, before anybody is locked out by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.errors import DomainError

from ..models import TruststoreVersion, Upload
from ..pki.certificate import Certificate
from ..pki.codes import Profile, needless
from ..pki.findings import Finding, worst_first
from ..pki.gateway.model import predict
from ..pki.gateway.settings import Prediction
from ..pki.gateway.verdict import decide
from ..pki.judgement import Report, judge
from ..pki.roles import Role
from ..pki.san_rules import allows
from ..roots import public_roots
from .known import parsed


@dataclass(frozen=True)
class Forecast:
    """What the gateway would do with one client: whether it gets in once it is pinned; and why, together with
    what would become of it by the certificates above it.
    """

    accepts: bool
    says: str


@dataclass(frozen=True)
class Assessment:
    """Both halves of the verdict on an upload, before any waiver. `findings`: all of them, errors first.
    `forecasts`: by the fingerprint of each client. `waivable`: (fingerprint, code) of the errors that a
    person may waive.
    """

    findings: tuple[Finding, ...]
    forecasts: dict[str, Forecast]
    waivable: frozenset[tuple[str, str]]


def judged(upload: Upload, at: datetime) -> Report:
    """What policy says about an upload at the aware moment `at`, under its account's profile."""
    files = [(file.name, bytes(file.content)) for file in upload.files.all()]
    profile = Profile(upload.account.severity_profile)
    return judge(files, at, profile, public_roots=public_roots())


def assess(report: Report, at: datetime) -> Assessment:
    """Put beside the report of an upload what the gateway will do with each client of it at the aware moment
    `at`. A client that policy has nothing against, or nothing but what may be waived, and that the gateway
    would refuse, although pinned, gets an error: tomorrow's outage.
    """
    refusals: list[Finding] = []
    forecasts: dict[str, Forecast] = {}
    waivable: set[tuple[str, str]] = set()
    for client in report.certificates:
        if client.kind != "leaf":
            continue
        chain = [each.certificate for each in report.chain(client.certificate.fingerprint)]
        said = _about(report, chain)
        prediction = predict(chain, [(client.certificate, Role.CLIENT)], at)
        refusals += [f for f in decide(said, prediction).findings if f not in said]
        forecasts[client.certificate.fingerprint] = Forecast(
            prediction.accepted, _said(prediction, chain, at)
        )
        waivable |= _waivable(report, chain, at)
    return Assessment(worst_first([*refusals, *report.findings]), forecasts, frozenset(waivable))


def _about(report: Report, chain: Sequence[Certificate]) -> list[Finding]:
    names = {certificate.fingerprint for certificate in chain}
    return [finding for finding in report.findings if finding.fingerprint in names]


def _said(pinned: Prediction, chain: Sequence[Certificate], at: datetime) -> str:
    """What the gateway would do with the client as a pinned one, and with the top of its chain as anchor."""
    words = "As a pinned client it would be "
    words += "let in." if pinned.accepted else f"refused: {pinned.sentence}"
    if pinned.accepted and len(chain) > 1:
        walked = predict(chain, [(chain[-1], Role.ANCHOR)], at)
        words += f" By {chain[-1].common_name} as an anchor it would be "
        words += "let in." if walked.accepted else f"refused: {walked.sentence}"
    return words


def _waivable(report: Report, chain: Sequence[Certificate], at: datetime) -> set[tuple[str, str]]:
    """The needless errors of a client's chain, each tried where it matters: with its certificate as the entry
    that lets the client in. Above that entry the gateway does not look.
    """
    found: set[tuple[str, str]] = set()
    for place, certificate in enumerate(chain):
        if not any(needless(finding) for finding in _about(report, [certificate])):
            continue
        role = Role.ANCHOR if certificate.is_ca else Role.CLIENT
        part = chain[: place + 1]
        verdict = decide(_about(report, part), predict(part, [(certificate, role)], at))
        found |= {
            (certificate.fingerprint, finding.code)
            for finding in verdict.waivable
            if finding.fingerprint == certificate.fingerprint
        }
    return found


def check_entry_to(version: TruststoreVersion, upload: Upload, at: datetime) -> None:
    """Raise DomainError unless the gateway will let in each client of `upload` that `version` pins, or,
    where it pins
    none of them, at least one through its anchors. An upload without clients passes: there is nobody to
    try."""
    rows = list(upload.certificates.select_related("certificate"))
    known = {row.certificate.fingerprint: (row, parsed(row.certificate)) for row in rows}
    entries = [
        (parsed(entry.certificate), Role(entry.role), entry.rules)
        for entry in version.entries.select_related("certificate")
    ]
    pinned = {certificate.fingerprint for certificate, role, _ in entries if role == Role.CLIENT}
    answers = {}
    for fingerprint, (row, certificate) in known.items():
        if row.kind == "leaf":
            # An anchor whose rules allow none of a client's names only helps to build chains for that client.
            store = [
                (held, role if allows(rules, certificate.decoded) else Role.INTERMEDIATE)
                for held, role, rules in entries
            ]
            answers[fingerprint] = (certificate, predict(_chain(fingerprint, known), store, at))
    must = [answers[fingerprint] for fingerprint in answers.keys() & pinned] or None
    if must is None and (not answers or any(said.accepted for _, said in answers.values())):
        return
    refused = [answer for answer in (must or answers.values()) if not answer[1].accepted]
    if refused:
        raise DomainError(
            "gateway_refuses", " ".join(_sentence(*answer) for answer in refused), field="roles"
        )


def _chain(fingerprint: str, known: dict[str, tuple]) -> Sequence[Certificate]:
    """The client's certificate and, as far as they were sent, those above it."""
    chain: list[Certificate] = []
    while fingerprint in known and known[fingerprint][1] not in chain:
        row, certificate = known[fingerprint]
        chain.append(certificate)
        fingerprint = row.parent
    return chain


def _sentence(certificate: Certificate, said: Prediction) -> str:
    return f"{certificate.common_name}: the gateway would refuse it. {said.sentence} {said.remedy}".strip()
