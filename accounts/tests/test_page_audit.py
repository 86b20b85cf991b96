"""The audit trail as a page and as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from accounts import audit
from accounts.views.audit import COLUMNS, safe_cell


def rows(answer):
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_it_says_who_did_what(reader_client, owner, owner_user):
    audit.record(owner, "truststore:version_activated", owner_user, version=3, added=["a", "b"])
    page = reader_client.get("/audit/").content.decode()
    assert "truststore version activated" in page
    assert "a, b" in page


def test_it_narrows_page_and_file_by_the_same_search(owner_client, owner, owner_user):
    audit.record(owner, "sail:hoisted", owner_user)
    assert "1 entry" in owner_client.get("/audit/?q=sail").content.decode()
    (row,) = rows(owner_client.get("/audit/audit.csv?q=sail"))
    assert list(row) == COLUMNS
    assert row["action"] == "sail:hoisted"


def test_it_gives_a_spreadsheet_no_formula(owner_client, owner, owner_user):
    owner_user.full_name = '=HYPERLINK("https://evil.example")'
    audit.record(owner, "member:added", owner_user)
    (row,) = rows(owner_client.get("/audit/audit.csv?q=HYPERLINK"))
    assert row["subject"].startswith("'=")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_it_puts_a_quote_before_what_begins_a_formula(start):
    assert safe_cell(f"{start}1") == f"'{start}1"


def test_it_leaves_other_text_alone():
    assert safe_cell("a=1") == "a=1"


def test_it_shows_nothing_of_another_account(stranger_client, owner, owner_user):
    audit.record(owner, "sail:hoisted", owner_user)
    assert "sail hoisted" not in stranger_client.get("/audit/").content.decode()
    assert not rows(stranger_client.get("/audit/audit.csv?q=sail"))


def test_it_refuses_a_person_who_may_not_read_it(reader_client, reader_user):
    reader_user.memberships.update(role="developer")
    assert reader_client.get("/audit/").status_code == 403
    assert reader_client.get("/audit/audit.csv").status_code == 403


def test_it_takes_as_many_queries_for_thirty_entries_as_for_three(
    owner_client, owner, owner_user, queries_of
):
    few = queries_of(lambda: owner_client.get("/audit/"))
    for n in range(20):
        audit.record(owner, "sail:hoisted", owner_user, number=n)
    assert queries_of(lambda: owner_client.get("/audit/")) == few
