"""What `cryptography`'s client verifier refuses, over random chains, other ones in each run: has a finding
with a name, or is one of the needless reasons; and whoever breaks a name constraint is found."""

import secrets

import pytest

from certificates.pki import verifier
from certificates.pki.certificate import Certificate
from certificates.pki.findings import Severity
from certificates.pki.gateway.model import predict
from certificates.pki.judgement import Report, judge
from certificates.pki.roles import Role

from .comparison import random_cases
from .making import NOW
from .stories import all_stories

# The gateway's own fear of host names in the common name; no other verifier shares it.
ONLY_THE_GATEWAY = "looks like a host name"


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    """What the judge says of all that a store and a client hold."""
    seed = secrets.randbits(32)
    print(f"random_cases({seed}, 300)")
    found = []
    for case in [*random_cases(seed, 300), *all_stories()]:
        read = [made.read for made in (*case.sent, *(one for one, _ in case.store))]
        pem = "".join(one.pem for one in read if one)
        found.append(judge([("chain.pem", pem.encode())], NOW))
    return found


def chains(report: Report) -> list[list[Certificate]]:
    """The clients of a report, each with the issuers above it, where there are any."""
    leaves = [one.certificate.fingerprint for one in report.certificates if one.kind == "leaf"]
    found = [[judged.certificate for judged in report.chain(leaf)] for leaf in leaves]
    return [chain for chain in found if len(chain) > 1]


def test_it_leaves_nothing_without_a_name(reports: list[Report]) -> None:
    refused = [verifier.refusal(chain) for report in reports for chain in chains(report)]
    assert sum(map(bool, refused)) > 100
    assert [str(finding) for report in reports for finding in report.findings if finding.code == "PATH"] == []


def test_it_finds_the_names_that_the_gateway_would_refuse(reports: list[Report]) -> None:
    named = 0
    for report in reports:
        errors = [finding for finding in report.findings if finding.severity == Severity.ERROR]
        for chain in chains(report):
            said = predict(chain, [(chain[-1], Role.ANCHOR)], NOW)
            if said.code == "NAME_CONSTRAINT" and ONLY_THE_GATEWAY not in said.sentence:
                members = {one.fingerprint for one in chain}
                found = {finding.code for finding in errors if finding.fingerprint in members}
                # OpenSSL stops at a path that is too long: such a chain is refused for that alone.
                assert found & {"NAME_CONSTRAINT", "PATH_LENGTH"}, said.sentence
                named += "NAME_CONSTRAINT" in found
    assert named > 5
