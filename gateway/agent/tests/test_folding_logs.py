"""Reading logs, without Envoy: partial lines, restarts and what counts as a verdict."""

import json
from pathlib import Path

import pytest

from gateway.agent.directory import NodeDirectory
from gateway.agent.own_calls import OwnCalls
from gateway.agent.seen import Seen, connection_sighting, request_sighting

LINE = {
    "details": "via_upstream",
    "status": 200,
    "time": "2026-11-22T10:00:00.000Z",
    "chain": "a.test",
    "route": "proxy-1",
    "fingerprint": "aa",
    "gate": "open",
}


@pytest.fixture
def directory(tmp_path: Path) -> NodeDirectory:
    made = NodeDirectory(tmp_path)
    made.prepare("test")
    return made


def _write(directory: NodeDirectory, text: str) -> None:
    with directory.requests_log.open("a") as log:
        log.write(text)


def test_it_folds_equal_lines_and_keeps_first_and_last(directory: NodeDirectory) -> None:
    later = {**LINE, "time": "2026-11-22T11:00:00.000Z"}
    _write(directory, json.dumps(LINE) + "\n" + json.dumps(later) + "\n")
    (seen,) = Seen(directory, "token").read()
    assert (seen.count, seen.first[11:13], seen.last[11:13]) == (2, "10", "11")


def test_it_keeps_the_status_of_the_last_answer(directory: NodeDirectory) -> None:
    later = {**LINE, "time": "2026-11-22T11:00:00.000Z", "status": 404}
    _write(directory, json.dumps(later) + "\n" + json.dumps(LINE) + "\n")
    assert [(seen.count, seen.status) for seen in Seen(directory, "token").read()] == [(2, 404)]


def test_it_waits_for_the_rest_of_a_line(directory: NodeDirectory) -> None:
    text = json.dumps(LINE)
    seen = Seen(directory, "token")
    _write(directory, text[:30])
    assert seen.read() == []
    seen.commit()
    _write(directory, text[30:] + "\n")
    assert [sighting.count for sighting in seen.read()] == [1]


def test_it_continues_where_an_earlier_agent_stopped(directory: NodeDirectory) -> None:
    _write(directory, json.dumps(LINE) + "\n")
    first = Seen(directory, "token")
    first.read()
    first.commit()
    _write(directory, json.dumps({**LINE, "chain": "b.test"}) + "\nnot json\n")
    assert [sighting.host for sighting in Seen(directory, "token").read()] == ["b.test"]


def test_it_repeats_what_was_not_committed(directory: NodeDirectory) -> None:
    _write(directory, json.dumps(LINE) + "\n")
    seen = Seen(directory, "token")
    assert seen.read() == seen.read() != []


def test_it_reads_both_files_after_a_rotation(directory: NodeDirectory) -> None:
    seen = Seen(directory, "token", rotate_at=1)
    _write(directory, json.dumps(LINE) + "\n")
    seen.read()
    seen.commit()
    assert seen.rotate(lambda: None)
    old = directory.requests_log.with_name("requests.jsonl.1")
    old.write_text(old.read_text() + json.dumps({**LINE, "chain": "late.test"}) + "\n")
    _write(directory, json.dumps({**LINE, "chain": "new.test"}) + "\n")
    assert [sighting.host for sighting in seen.read()] == ["late.test", "new.test"]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, ("served", "")),
        ({"status": 404}, ("served", "")),
        ({"status": 500}, ("served", "target_failed")),
        (
            {"status": 503, "details": "upstream_reset_before_response_started"},
            ("served", "target_out_of_reach"),
        ),
        ({"status": 404, "details": "direct_response"}, ("served", "no_such_api")),
        ({"fingerprint": None, "gate": None}, ("served", "")),
        (
            {"gate": None, "details": "rbac_access_denied_matched_policy[none]"},
            ("refused", "client_certificate_refused"),
        ),
        ({"fingerprint": None, "route": "no-client-certificate"}, ("refused", "no_client_certificate")),
        (
            {"gate": None, "trust": "group1", "details": "rbac_access_denied_matched_policy[none]"},
            ("refused", "name_not_allowed"),
        ),
        (
            {"gate": None, "trust": "unknown_issuer", "details": "rbac_access_denied_matched_policy[none]"},
            ("refused", "unknown_issuer"),
        ),
        ({"gate": "trial", "trust": "not_trusted"}, ("served", "trial_client_certificate_refused")),
        ({"gate": "trial", "trust": "group0"}, ("served", "trial_name_not_allowed")),
        ({"gate": "trial", "fingerprint": None}, ("served", "trial_no_client_certificate")),
        ({"gate": "trial", "route": None}, None),
        ({"gate": None, "route": None, "details": "low_version"}, None),
        ({"route": "misdirected"}, None),
        ({"probe": "token"}, None),
    ],
)
def test_it_judges_a_request_by_positive_evidence(
    changes: dict[str, str], outcome: tuple[str, str] | None
) -> None:
    seen = request_sighting({**LINE, **changes}, "token")
    assert (seen and (seen.outcome, seen.reason)) == outcome


def test_it_counts_failed_handshakes_by_what_tls_said() -> None:
    failure = "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end"
    seen = connection_sighting({**LINE, "failure": failure}, OwnCalls())
    assert seen is not None
    assert (seen.host, seen.outcome, seen.reason, seen.status) == (
        "a.test",
        "refused",
        "handshake_client_certificate_refused",
        0,
    )


def test_it_names_no_host_that_a_caller_made_up() -> None:
    seen = connection_sighting(
        {"time": "t", "chain": None, "host": "made-up.test", "flags": "NR"}, OwnCalls()
    )
    assert seen is not None
    assert (seen.host, seen.reason) == ("", "unknown_host")


def test_it_does_not_count_a_connection_that_went_well() -> None:
    assert connection_sighting({**LINE, "failure": None}, OwnCalls()) is None
