"""The table of codes holds exactly what users can meet: what the judge says, and those who speak for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from certificates.pki.codes import RULES, Profile

ROOT = Path(__file__).resolve().parents[3]
APPS = ("certificates", "gateway", "incidents", "interop", "marketplace", "portal")
# Who makes a finding, and at which place the code stands; the severity follows.
MAKERS = {"Finding": 0, "about": 1, "_say": 0}
ALWAYS_ERROR = {"error": 0}
# They pass on what they are told, or store it.
GO_BETWEENS = {
    ("findings.py", "about"),
    ("reading.py", "_say"),
    ("reading.py", "error"),
    ("reading.py", "_undecodable"),  # DECODE, or RSA_EXPONENT as the decoder says
    ("uploads.py", "_rows"),
    ("waived.py", "as_said"),
}
Spoken = tuple[str, str]


def calls(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the name of the function it stands in."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else within
        if isinstance(node, ast.Call):
            yield inside, node
        yield from calls(node, inside)


def spoken(file: Path) -> Iterator[Spoken]:
    """(code, severity) of each finding that is made in this file; "?" where the source does not say."""
    for within, call in calls(ast.parse(file.read_text())):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = (MAKERS | ALWAYS_ERROR if "pki" in file.parts else {"Finding": 0}).get(name)
        if place is None or len(call.args) <= place + 1 or (file.name, within) in GO_BETWEENS:
            continue
        code, then = call.args[place : place + 2]
        severity = "error" if name in ALWAYS_ERROR else ast.unparse(then).split(".")[-1]
        yield (str(code.value) if isinstance(code, ast.Constant) else "?", severity.lower())


SAID = {
    one
    for app in APPS
    for file in (ROOT / app).rglob("*.py")
    if "tests" not in file.parts and "migrations" not in file.parts
    for one in spoken(file)
}
HELD = {(code, severity.value) for code, severity in RULES}


def test_it_holds_all_that_users_can_meet() -> None:
    assert len(SAID) > 45
    assert {("GATEWAY_REFUSES", "error"), ("NOT_JUDGED", "error"), ("DECODE", "warning")} <= SAID
    assert sorted(SAID - HELD) == []


def test_it_holds_nothing_that_nobody_says() -> None:
    assert sorted(HELD - SAID) == []


def test_its_strict_profile_is_the_table_itself() -> None:
    assert all(rule.under(Profile.STRICT) is severity for (_, severity), rule in RULES.items())
