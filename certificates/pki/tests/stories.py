"""Short words for the stories in these tests."""

from datetime import datetime

from certificates.pki.certificate import Certificate
from certificates.pki.codes import Profile
from certificates.pki.findings import Finding
from certificates.pki.judgement import Report, judge
from certificates.testing.hierarchy import NOW, Identity


def sent(*identities: Identity, at: datetime = NOW, profile: Profile = Profile.STRICT) -> Report:
    """The report about these certificates, sent together in one PEM file."""
    return judge([("partner.pem", "".join(identity.pem for identity in identities).encode())], at, profile)


def decoded(identity: Identity) -> Certificate:
    """The identity's certificate as the judge sees it."""
    return Certificate.from_der(identity.der)


def said(findings: Report | list[Finding]) -> list[tuple[str, str]]:
    """(code, severity) of every finding."""
    listed = findings.findings if isinstance(findings, Report) else findings
    return [(finding.code, finding.severity.value) for finding in listed]
