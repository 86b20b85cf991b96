"""The page about findings says what the judge does."""

from pathlib import Path

from certificates.pki.codes import as_markdown

PAGE = Path(__file__).resolve().parents[3] / "docs" / "findings.md"


def test_it_is_current() -> None:
    assert PAGE.read_text() == as_markdown(), "run bin/findings and read the difference"
