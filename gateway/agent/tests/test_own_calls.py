"""The agent's own calls that TLS broke off are left out of the counts, and nobody else's."""

from datetime import UTC, datetime

import pytest

from gateway.agent.own_calls import OwnCalls
from gateway.agent.seen import connection_sighting

BEGUN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp()
LINE = {"time": "2026-11-22T10:00:00.012Z", "chain": "a.test", "address": "127.0.0.1", "fingerprint": None}


@pytest.fixture
def own() -> OwnCalls:
    made = OwnCalls("aa")
    made.add("a.test", "127.0.0.1", BEGUN, BEGUN + 0.04)
    made.begin()
    return made


def test_it_leaves_out_one_line_for_each_call(own: OwnCalls) -> None:
    assert [own.made(LINE), own.made(LINE)] == [True, False]


def test_it_does_not_count_what_is_its_own(own: OwnCalls) -> None:
    failure = "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end"
    line = {**LINE, "failure": failure}
    assert connection_sighting({**line, "fingerprint": "aa"}, own) is None
    assert [connection_sighting(line, own) is None for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"chain": "b.test"},
        {"address": "10.0.0.7"},
        {"time": "2026-11-22T10:00:00.300Z"},
        {"time": "2026-11-22T09:59:59.800Z"},
        {"time": None},
        {"fingerprint": "bb"},
    ],
)
def test_it_leaves_out_nobody_else(own: OwnCalls, changes: dict[str, str | None]) -> None:
    assert not own.made({**LINE, **changes})


def test_it_finds_the_same_line_again_until_that_is_committed(own: OwnCalls) -> None:
    assert own.made(LINE)
    own.begin()
    assert own.made(LINE)
    own.commit()
    own.begin()
    assert not own.made(LINE)


def test_it_keeps_calls_whose_lines_are_not_written_yet(own: OwnCalls) -> None:
    own.commit()
    own.begin()
    assert own.made(LINE)
