"""What the gateway will do with a chain and a truststore, before anybody is locked out by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from common.errors import DomainError

from ..models import TruststoreVersion, Upload
from ..pki.certificate import Certificate
from ..pki.findings import Finding
from ..pki.gateway.model import predict
from ..pki.gateway.settings import Prediction
from ..pki.gateway.verdict import decide
from ..pki.judgement import Report
from ..pki.roles import Role
from ..pki.san_rules import allows
from .known import parsed


def refusals(report: Report, at: datetime) -> list[Finding]:
    """Findings about the clients of an upload that policy has nothing against and that the gateway would
    refuse,
    although pinned: tomorrow's outage."""
    found: list[Finding] = []
    for judged in report.certificates:
        if judged.kind != "leaf":
            continue
        chain = [each.certificate for each in report.chain(judged.certificate.fingerprint)]
        names = {certificate.fingerprint for certificate in chain}
        said = [finding for finding in report.findings if finding.fingerprint in names]
        prediction = predict(chain, [(judged.certificate, Role.CLIENT)], at)
        found += [finding for finding in decide(said, prediction, at).findings if finding not in said]
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
