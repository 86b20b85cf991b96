"""The linter gives advice, and its silence, absence or failure changes nothing."""

import sys
import time

import pytest
from cryptography import x509

from certificates.pki import advice
from certificates.pki.advice import lint, lint_all
from certificates.pki.tests.stories import decoded, said
from certificates.testing.hierarchy import PARTNER, make
from certificates.testing.raw import resigned, serial, version_1

SPARSE = make("sparse.example", make("CA", ca=True), key_ids=False)


@pytest.fixture
def forgotten() -> None:
    advice._linter.cache_clear()


def test_it_has_no_advice_about_a_sound_certificate() -> None:
    assert lint(decoded(PARTNER)) == []


def test_it_passes_on_what_the_linter_says_as_remarks() -> None:
    remarks = lint(decoded(SPARSE))
    assert ("LINT", "remark") in said(remarks)
    assert any("Authority key identifier extension absent" in remark.sentence for remark in remarks)
    assert {remark.fingerprint for remark in remarks} == {SPARSE.fingerprint}


def test_it_is_silent_about_large_certificates() -> None:
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.3"), bytes(20_000))
    assert lint(decoded(make("fat", make("CA", ca=True), key_ids=False, extra=[(padding, False)]))) == []


def test_it_looks_at_several_until_it_has_seen_40_kilobytes() -> None:
    sparse = decoded(SPARSE)
    assert len(lint_all([sparse] * 3)) == 3 * len(lint(sparse))
    assert len(lint_all([sparse] * 1000)) == 40_000 // len(sparse.der) * len(lint(sparse))


def test_it_is_silent_when_the_linter_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, forgotten: None
) -> None:
    monkeypatch.setitem(sys.modules, "pkilint", None)
    assert lint(decoded(SPARSE)) == []


@pytest.mark.parametrize("error", [ValueError, RecursionError, KeyError])
def test_it_is_silent_when_the_linter_stumbles(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    loader, _, least, trouble = advice._linter()

    class Stumbling:
        def validate(self, root: object) -> None:
            raise error("no")

    monkeypatch.setattr(advice, "_linter", lambda: (loader, Stumbling(), least, trouble))
    assert lint(decoded(SPARSE)) == []


def test_it_lets_the_time_limit_of_the_worker_through(monkeypatch: pytest.MonkeyPatch) -> None:
    class TimeIsUp(Exception):
        pass

    def slow() -> None:
        raise TimeIsUp

    monkeypatch.setattr(advice, "_linter", slow)
    with pytest.raises(TimeIsUp):
        lint(decoded(SPARSE))


@pytest.mark.parametrize("odd", [resigned(PARTNER, version_1), resigned(PARTNER, serial(-5))])
def test_it_survives_odd_certificates(odd: object) -> None:
    assert all(code == ("LINT", "remark") for code in said(lint(decoded(odd))))  # type: ignore[arg-type]


def test_it_takes_little_time() -> None:
    certificate = decoded(SPARSE)
    lint(certificate)
    begun = time.perf_counter()
    for _ in range(5):
        lint(certificate)
    assert (time.perf_counter() - begun) / 5 < 0.1
