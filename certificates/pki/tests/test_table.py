"""The table of codes and the judge's own source agree."""

import re
from pathlib import Path

from certificates.pki import codes
from certificates.pki.codes import RULES, Profile

SOURCE = "".join(
    path.read_text() for path in Path(codes.__file__).parent.glob("*.py") if path.name != "codes.py"
)
SAID = {
    (code, severity.lower())
    for code, severity in re.findall(r'"([A-Z][A-Z_0-9]+)",\s*Severity\.(\w+)', SOURCE)
}
SAID |= {(code, "error") for code in re.findall(r'self\.error\(\s*"([A-Z_]+)"', SOURCE)}


def test_it_holds_all_that_the_judge_can_say() -> None:
    assert len(SAID) > 40
    assert {(code, severity.value) for code, severity in RULES} >= SAID


def test_it_holds_nothing_that_the_judge_never_says() -> None:
    assert {(code, severity.value) for code, severity in RULES} <= SAID


def test_its_strict_profile_is_the_table_itself() -> None:
    assert all(rule.under(Profile.STRICT) is severity for (_, severity), rule in RULES.items())
