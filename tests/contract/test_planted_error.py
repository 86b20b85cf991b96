"""The search, when there is something to be found: finds it, and shrinks it to what matters.

The gate does here what the right model says: hundreds of examples with an Envoy each would take minutes.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import Phase, settings

from certificates.pki.certificate import Certificate
from certificates.pki.gateway.model import predict
from certificates.pki.gateway.settings import Outcome, Prediction, Rendering, Settings, TlsVersion
from certificates.pki.roles import Role

from . import cases, comparison
from .cases import Case
from .gate import Knock
from .making import NOW
from .search import BOUNDED, search

Asked = tuple[Case, Rendering, TlsVersion]


def forgetful(
    chain: Sequence[Certificate], store: Sequence[tuple[Certificate, Role]], at: object, how: Settings
) -> Prediction:
    """A model that does not know that certificates expire."""
    said = predict(chain, store, NOW, how)
    return replace(said, verdict=Outcome.ACCEPTED, code="") if said.code == "EXPIRED" else said


class HonestGate:
    """Answers as the right model does."""

    def knock_all(self, wanted: Iterable[Asked]) -> list[Knock]:
        return [Knock(*asked, self._answer(*asked)) for asked in wanted]

    def _answer(self, case: Case, rendering: Rendering, tls: TlsVersion) -> str:
        chain = [made.read for made in case.sent if made.read]
        if len(chain) < len(case.sent):
            return "refused"
        return predict(chain, case.entries, NOW, Settings(rendering, (tls,))).verdict.value


@contextmanager
def honest_gate(of: Sequence[Case]) -> Iterator[HonestGate]:
    yield HonestGate()


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "open_gate", honest_gate)


def test_it_is_found_and_shrunk_to_one_expired_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "predict", forgetful)
    examples: list[list[Case]] = []
    with pytest.raises(AssertionError, match=r"model accepted .*gateway refused") as caught:
        search(settings(BOUNDED, max_examples=100, derandomize=True), examples.append)
    assert any("CN=leaf by" in note and "PrivateKey" not in note for note in caught.value.__notes__)
    smallest = examples[-1]
    made = [one for case in smallest for one in (*case.sent, *(entry for entry, _ in case.store))]
    read = {one.read.fingerprint: one.read for one in made if one.read}.values()
    odd = [one for one in read if (one.key, one.signature_hash) != ("EC P-256", "sha256")]
    assert len(smallest) <= 2  # of six
    assert len(read) <= 8  # of thirty and more
    assert sum(one.not_after < NOW for one in read) == 1
    assert odd == []


def test_it_finds_nothing_where_nothing_is_wrong() -> None:
    search()


def test_it_is_bounded() -> None:
    assert BOUNDED.max_examples <= 20
    assert set(BOUNDED.phases) == {Phase.generate, Phase.shrink}
    assert BOUNDED.database is None
