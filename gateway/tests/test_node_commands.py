"""The operator's commands: one token on the first line, clear refusals, and a trace of every act."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from common.secrets import token_digest
from gateway.models import Cell, Node


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_prints_a_token_once_and_another_one_when_asked(db):
    first = run("node", "add", "edge", "--address", "127.0.0.1", "--port", "9443").strip()
    assert Node.objects.get(name="edge").token_digest == token_digest(first)
    second = run("node", "token", "edge").strip()
    assert Node.objects.get(name="edge").token_digest == token_digest(second) != token_digest(first)
    assert all(event.actor.startswith("operator") for event in Node.objects.get(name="edge").events.all())


def test_it_lists_nodes_with_cell_status_and_why(db):
    run("cell", "add", "north")
    run("node", "add", "edge", "--cell", "north")
    listed = run("node", "list")
    assert listed.split()[:4] == ["edge", "north", "not", "enrolled"]
    assert "run the enrol command there" in listed


def test_it_assigns_a_cell_and_writes_it_into_the_audit_trail(account):
    run("cell", "add", "north")
    Node.objects.create(name="edge", port=8443, cell=Cell.objects.get(name="north"))
    assert run("cell", "assign", "harbourline", "north").strip() == "Cell north serves Harbourline."
    entry = AuditEntry.objects.get(account=account, action="account:cell_assigned")
    assert entry.actor.startswith("operator")
    assert [line.split() for line in run("cell", "list").splitlines()] == [
        ["default", "0", "accounts", "no", "node"],
        ["north", "1", "accounts", "edge"],
    ]


def test_it_retires(db):
    run("node", "add", "edge")
    assert "no deployment waits for it" in run("node", "retire", "edge")
    assert "retired" in run("node", "list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["node", "add", "Edge One"], "is no name"),
        (["node", "add", "edge", "--cell", "nowhere"], "No cell is called “nowhere”. Known: default."),
        (["node", "add", "edge", "--address", "edge.example"], "is no IP address"),
        (["node", "add", "edge", "--port", "70000"], "70000 is no port"),
        (["node", "retire", "ghost"], "No node is called “ghost”. Known: local."),
        (["node", "token", "local"], "lives on the portal's own machine"),
        (["node", "add", "local"], "There is a node “local” already."),
        (["cell", "add", "default"], "There is a cell “default” already."),
        (["cell", "assign", "nobody", "default"], "No account has the subdomain “nobody”"),
    ],
)
def test_it_says_what_is_wrong(db, words, said):
    Node.objects.create(name="local", port=8443)
    with pytest.raises(CommandError, match=said):
        run(*words)
