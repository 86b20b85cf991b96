"""The model's word against the gateway's."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from certificates.pki.gateway.settings import Prediction, Rendering, TlsVersion

from .cases import UNREADABLE, Case
from .dice import draw, with_dice
from .gate import Knock, open_gate

TLS: tuple[TlsVersion, ...] = ("1.2", "1.3")


@dataclass(frozen=True)
class Row:
    """One knock and what was predicted of it."""

    knock: Knock
    prediction: Prediction

    @property
    def dangerous(self) -> bool:
        """The model lets in whom the gateway refuses."""
        return self.prediction.accepted and self.knock.verdict in ("refused", "not_loadable")

    @property
    def needless(self) -> bool:
        """The model refuses whom the gateway lets in."""
        return not self.prediction.accepted and self.knock.verdict == "accepted" and not self.unreadable

    @property
    def unreadable(self) -> bool:
        """The judge cannot read a certificate, so the model was never asked."""
        return self.prediction.code == UNREADABLE

    def __str__(self) -> str:
        knock, said = self.knock, self.prediction
        where = f"{knock.case.name} [{knock.rendering.value}, TLS {knock.tls}]"
        return f"{where}: model {said.verdict.value} {said.code}, gateway {knock.verdict} {knock.words[:80]}"


@dataclass
class Tally:
    """Counts per rendering, and the rows that disagree. What a client library cannot send and what the judge
    cannot read is not counted."""

    counts: Counter[tuple[Rendering, str]] = field(default_factory=Counter)
    dangerous: list[Row] = field(default_factory=list)
    needless: list[Row] = field(default_factory=list)

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.knock.verdict == "not_sendable" or row.unreadable:
                continue
            self.counts[row.knock.rendering, "all"] += 1
            self.counts[row.knock.rendering, "accepted"] += row.knock.verdict == "accepted"
            self.counts[row.knock.rendering, "dangerous"] += row.dangerous
            self.counts[row.knock.rendering, "needless"] += row.needless
            if row.dangerous:
                self.dangerous.append(row)
            elif row.needless:
                self.needless.append(row)

    def share_needless(self, rendering: Rendering) -> float:
        """Needless refusals among all verdicts, from 0 to 1."""
        return self.counts[rendering, "needless"] / max(1, self.counts[rendering, "all"])

    def __str__(self) -> str:
        lines = []
        for rendering in Rendering:
            n, got_in, bad, idle = (
                self.counts[rendering, what] for what in ("all", "accepted", "dangerous", "needless")
            )
            share = 100 * self.share_needless(rendering)
            lines.append(
                f"{rendering.value:10} {n:7} verdicts, {got_in} accepted by the gateway, "
                f"{bad} dangerous, {idle} needless ({share:.2f} %)"
            )
        return "\n".join(lines)


def compare(cases: Sequence[Case]) -> list[Row]:
    """Every case, in both renderings and with both TLS versions, at one Envoy that is started for it."""
    wanted = [(case, rendering, tls) for case in cases for rendering in Rendering for tls in TLS]
    with open_gate(cases) as gate:
        knocks = gate.knock_all(wanted)
    return [Row(knock, knock.case.predicted(knock.rendering, knock.tls)) for knock in knocks]


def random_cases(seed: int, count: int) -> list[Case]:
    """`count` random chains; the seed decides their features, the keys are new each time."""
    pick = with_dice(random.Random(seed))  # noqa: S311
    return [draw(f"seed {seed} number {number}", pick) for number in range(count)]
