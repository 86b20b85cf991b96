"""Every code the judge can say, in one place: how severe it is, why, where the rule comes from, and who may
lower it.

`docs/findings.md` is printed from this table by `bin/findings`. A finding is looked up by its code *and* its
severity, because several codes have a dangerous half and a harmless one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .findings import Finding, Severity

_E, _W, _R = Severity.ERROR, Severity.WARNING, Severity.REMARK


class Profile(StrEnum):
    """How strict an account wants to be. No profile lowers a hole or changes what the gateway does.

    `strict` is the table as it stands. `level2` measures strength as OpenSSL's security level 2 does, which
    SAP requires of client certificates. `lenient` asks only about what needs somebody to act.
    """

    STRICT = "strict"
    LEVEL2 = "level2"
    LENIENT = "lenient"


class Nature(StrEnum):
    """Why a finding matters.

    `hole`: the gateway may let in what is unsafe, so it is never lowered and never waived. `outage`: the
    gateway refuses it or breaks on it, which no opinion changes. `needless`: the gateway would accept it and
    it is not unsafe, so a named person may waive it. `advice`: a matter of care. `upload`: about what was
    sent.
    """

    HOLE = "hole"
    OUTAGE = "outage"
    NEEDLESS = "needless"
    ADVICE = "advice"
    UPLOAD = "upload"


@dataclass(frozen=True)
class Rule:
    """One line of the table. `level2` and `lenient` are the severities under those profiles; `source` names
    the document or `measured`, which means seen on the gateway that we ship."""

    code: str
    severity: Severity
    nature: Nature
    meaning: str
    source: str
    level2: Severity
    lenient: Severity

    @property
    def hole(self) -> bool:
        """Never lowered, never waived."""
        return self.nature is Nature.HOLE

    @property
    def needless(self) -> bool:
        """May be waived by a named person with a reason and an end date."""
        return self.nature is Nature.NEEDLESS

    def under(self, profile: Profile) -> Severity:
        """The severity of this line under a profile."""
        return {Profile.LEVEL2: self.level2, Profile.LENIENT: self.lenient}.get(profile, self.severity)


def _rule(nature: Nature, lower: str, code: str, severity: Severity, meaning: str, source: str) -> Rule:
    """`lower` names the profiles (2, L) under which the line is one step less severe."""
    step = {_E: _W, _W: _R, _R: _R}[severity]
    return Rule(
        code,
        severity,
        nature,
        meaning,
        source,
        step if "2" in lower else severity,
        step if "L" in lower else severity,
    )


_H, _O, _N, _A, _U = Nature
_TABLE = (
    # what was sent
    _rule(
        _H,
        "",
        "PRIVATE_KEY_SENT",
        _E,
        "a private key, or a container that usually holds one, was sent",
        "practice",
    ),
    _rule(
        _H,
        "",
        "DECODE",
        _E,
        "cannot be read to its end, or not by the gateway; in a truststore it freezes the whole set",
        "measured",
    ),
    _rule(_U, "", "DECODE", _W, "a harmless part of a file, such as a request, was left out", "practice"),
    _rule(_U, "", "NO_CERTIFICATE", _E, "nothing that was sent is a certificate", "practice"),
    _rule(_U, "", "DUPLICATE", _R, "a certificate was sent more than once", "practice"),
    _rule(_O, "", "SIZE", _E, "too large for the limits of an upload, or for a handshake", "measured"),
    # keys and signatures
    _rule(_O, "", "LEAF_KEY_TYPE", _E, "the key of a client is not RSA, P-256 or P-384", "measured"),
    _rule(
        _N, "2L", "CA_KEY_TYPE", _E, "the key of a CA is not RSA, P-256, P-384 or P-521", "BR 6.1.5, measured"
    ),
    _rule(_H, "", "RSA_SHORT", _E, "an RSA key under 2048 bits", "BR 6.1.5, NIST SP 800-131A, OSL2"),
    _rule(_A, "2L", "RSA_LEGACY", _W, "an RSA key of 2048 to 2999 bits", "BSI TR-02102, NIST SP 800-57"),
    _rule(
        _O,
        "",
        "RSA_ODD_SIZE",
        _E,
        "an RSA key over 16384 bits, which the gateway cannot use",
        "BoringSSL source",
    ),
    _rule(_A, "2L", "RSA_ODD_SIZE", _W, "an RSA key over 8192 bits, or of no multiple of 8 bits", "BR 6.1.5"),
    _rule(
        _H,
        "",
        "RSA_EXPONENT",
        _E,
        "an RSA exponent that is even, under 3 or over 33 bits",
        "BR 6.1.6, BoringSSL source",
    ),
    _rule(_A, "2L", "RSA_EXPONENT", _W, "an RSA exponent under 65537", "BR 6.1.6"),
    _rule(
        _H,
        "",
        "RSA_BROKEN",
        _E,
        "an RSA key from which the private key can be computed",
        "BR 6.1.1.3, badkeys",
    ),
    _rule(
        _H,
        "",
        "HASH_WEAK",
        _E,
        "signed with MD5 or SHA-1; a self-signature is not judged",
        "BR 7.1.3, NIST SP 800-131A, OSL2",
    ),
    _rule(_A, "2L", "HASH_224", _W, "signed with SHA-224; a self-signature is not judged", "BR 7.1.3"),
    # time
    _rule(_O, "", "TIME", _E, "expired, or not valid yet, anywhere in a chain or truststore", "measured"),
    _rule(_A, "", "TIME_SOON", _W, "less than 30 days left", "practice"),
    _rule(_A, "2L", "TIME_LONG", _W, "a client certificate for more than 398 days", "BR 6.3.2"),
    # use
    _rule(
        _H,
        "",
        "EKU_LEAF",
        _E,
        "an extended key usage without clientAuth; a pinned one would still get in",
        "measured",
    ),
    _rule(_A, "L", "EKU_LEAF", _W, "a client certificate without extended key usage", "measured"),
    _rule(_O, "", "EKU_CA", _E, "an intermediate that may not issue for clientAuth", "measured"),
    _rule(
        _A,
        "",
        "EKU_SUNSET",
        _W,
        "a client certificate under a public root, where clientAuth is coming to an end",
        "root policies",
    ),
    _rule(
        _H,
        "",
        "KU_LEAF",
        _E,
        "a client key that may not sign, or (pinned) one that may sign certificates",
        "measured",
    ),
    _rule(
        _A,
        "",
        "KU_LEAF",
        _W,
        "a pinned client whose key usage does not forbid it to sign certificates",
        "measured",
    ),
    _rule(_O, "", "KU_CA", _E, "a CA whose key usage lacks keyCertSign", "RFC 5280 4.2.1.3"),
    _rule(
        _A,
        "2L",
        "KU_CA",
        _W,
        "a CA without key usage, or whose basic constraints are not critical",
        "RFC 5280 4.2.1.9",
    ),
    # shape
    _rule(_H, "", "VERSION", _E, "a version 1 certificate as a CA", "RFC 5280 4.1.2.1, measured"),
    _rule(_A, "L", "VERSION", _W, "a version 1 client certificate", "RFC 5280 4.1.2.1"),
    _rule(
        _A,
        "2L",
        "SERIAL",
        _W,
        "a serial number that is zero, negative, over 20 octets or under 64 bits",
        "BR 7.1.2, RFC 5280 4.1.2.2",
    ),
    _rule(
        _O,
        "",
        "KEY_ID",
        _E,
        "the issuer named by key identifier, or by name among namesakes, is not the one found",
        "measured",
    ),
    _rule(_A, "2L", "KEY_ID", _W, "a key identifier is missing", "RFC 5280 4.2.1.1 and 4.2.1.2"),
    _rule(_O, "", "SAN", _E, "no alternative name, and the host asks for one", "measured"),
    _rule(_A, "2L", "SAN", _W, "no alternative name, one with a wildcard, or more than 100", "practice"),
    _rule(
        _O,
        "",
        "NAME_CONSTRAINT",
        _E,
        "a name for which a CA above may not issue, or limits on a kind that the gateway cannot compare",
        "measured",
    ),
    _rule(_A, "L", "NAME_CONSTRAINT", _W, "a CA limits the names that it may issue for", "measured"),
    _rule(
        _H,
        "",
        "CRITICAL_EXT",
        _E,
        "an unknown critical extension; the gateway ignores it on an anchor",
        "RFC 5280 4.2, measured",
    ),
    _rule(
        _O,
        "",
        "POLICY",
        _E,
        "certificate policies are in disorder, or a CA demands some that are missing below it",
        "RFC 5280 6.1, measured",
    ),
    # places
    _rule(
        _H,
        "",
        "PATH",
        _E,
        "a strict verifier refuses the chain for a reason without a code, or would take too long",
        "cryptography's client verifier",
    ),
    _rule(
        _H,
        "",
        "PATH_LENGTH",
        _E,
        "more CAs below a CA than it allows; the gateway ignores it on a CA that it trusts",
        "RFC 5280 4.2.1.9, measured",
    ),
    _rule(_A, "", "CHAIN_INCOMPLETE", _W, "an issuer was not sent", "practice"),
    _rule(
        _H,
        "",
        "ANCHOR_NOT_CA",
        _E,
        "no CA in the place of one, or a CA in the place of a pinned client",
        "measured",
    ),
    _rule(
        _H,
        "",
        "ANCHOR_PUBLIC",
        _E,
        "an anchor that is a public root: all customers of that CA could enter",
        "practice",
    ),
    _rule(
        _A,
        "",
        "ANCHOR_PUBLIC",
        _W,
        "an anchor that a public root issued: perhaps not for this partner alone",
        "practice",
    ),
    _rule(_A, "", "ANCHOR_IGNORED", _W, "a limit on an anchor that the gateway ignores", "measured"),
    _rule(
        _O, "", "DUPLICATE", _E, "two trusted CAs of one name; the gateway tries only the first", "measured"
    ),
    _rule(_O, "", "STORE_EMPTY", _E, "a truststore that lets nobody in", "practice"),
    # the whole
    _rule(
        _O,
        "",
        "GATEWAY_REFUSES",
        _E,
        "nothing speaks against the chain, and yet the gateway would refuse it",
        "gateway model, held against the binary",
    ),
    _rule(_U, "", "NOT_JUDGED", _E, "the worker failed at this upload every time", "practice"),
    # advice
    _rule(
        _A, "", "LINT", _R, "what the linter pkilint says about RFC 5280; never part of a verdict", "pkilint"
    ),
)

RULES: dict[tuple[str, Severity], Rule] = {(rule.code, rule.severity): rule for rule in _TABLE}


def rule_of(finding: Finding) -> Rule:
    """The line of the table that a finding stands for, as it was before any profile. Raises KeyError for a
    finding that is not the judge's, or that a profile has lowered to a severity which the table does not
    hold."""
    return RULES[finding.code, finding.severity]


def needless(finding: Finding) -> bool:
    """Whether it is an error that the table calls needless: one that a named person may waive."""
    rule = RULES.get((finding.code, finding.severity))
    return finding.severity is Severity.ERROR and rule is not None and rule.needless


def under(profile: Profile, findings: Iterable[Finding]) -> list[Finding]:
    """The same findings with the severities of a profile. To be applied once, to findings as first made."""
    return [replace(finding, severity=rule_of(finding).under(profile)) for finding in findings]


def as_markdown() -> str:
    """The page `docs/findings.md`."""
    return _HEADING + "".join(
        f"| `{rule.code}` | {rule.severity} | {rule.level2} | {rule.lenient} | {rule.nature} "
        f"| {rule.meaning} | {rule.source} |\n"
        for rule in RULES.values()
    )


_HEADING = """# Findings

Printed by `bin/findings` from `certificates/pki/codes.py`; a test compares the two.

An *error* blocks acceptance, a *warning* asks for a decision, a *remark* informs. Each line shows its
severity under the three profiles of an account: strict (the default), OpenSSL security level 2 (which SAP
requires), lenient.

- *hole*: the gateway may let in what is unsafe. Never lowered, never waived.
- *outage*: the gateway refuses it or breaks on it; no profile and no waiver changes that.
- *needless*: the gateway would accept it and it is not unsafe. A named person may waive it, with a reason and
  an end date.
- *advice*: a matter of care.
- *upload*: about what was sent, not about a certificate.

Sources: BR = CA/Browser Forum TLS Baseline Requirements 2.2.6, a yardstick for private CAs; OSL2 = OpenSSL
security level 2; measured = seen on the gateway binary that we ship.

| code | strict | level 2 | lenient | nature | what it means | source |
|---|---|---|---|---|---|---|
"""
