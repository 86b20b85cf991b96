"""docs/contract/verdicts.tsv: what the gateway does with every story, and what the model says of it.

A changed line is a decision to review: another Envoy, another rendering, or another model.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from certificates.pki.gateway.settings import Rendering

from .comparison import Row

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "contract" / "verdicts.tsv"
COLUMNS = (
    "case",
    "product TLS 1.2",
    "product TLS 1.3",
    "product model",
    "product reason",
    "trusted_ca TLS 1.2",
    "trusted_ca TLS 1.3",
    "trusted_ca model",
    "trusted_ca reason",
)


def table(rows: Iterable[Row]) -> str:
    """The rows as tab-separated text, one line a case, in the order given."""
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        knock, said = row.knock, row.prediction
        line = lines[knock.case.name]
        chance = knock.case.by_chance and knock.rendering is Rendering.PRODUCT
        line[f"{knock.rendering.value} TLS {knock.tls}"] = "by chance" if chance else knock.verdict
        # With TLS 1.3 the model is stricter about keys than with 1.2; each is shown if they differ.
        for column, value in (
            (f"{knock.rendering.value} model", said.verdict.value),
            (_reason(row), said.code),
        ):
            known = line.setdefault(column, value)
            line[column] = known if known == value else f"{known} / {value}"
    text = StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, line in lines.items():
        writer.writerow([name, *(line[column] for column in COLUMNS[1:])])
    return text.getvalue()


def _reason(row: Row) -> str:
    return f"{row.knock.rendering.value} reason"
