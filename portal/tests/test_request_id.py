"""One id leads from an answer to the log, the audit trail and the tasks of the request."""

import json
from uuid import uuid4

import pytest
from celery import signals

from accounts.models import AuditEntry

MINE = "6f6b2f0e9d0e4e0f8f3c1f1f2a3b4c5d"


@pytest.mark.parametrize("given", [MINE, str(uuid4())])
def test_it_takes_the_callers_id_when_it_is_one(db, client, given):
    assert client.get("/health/live", HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "1", "<script>", f"{MINE}\n", f"{{{MINE}}}", "-" * 4000 + MINE])
def test_it_makes_one_when_it_is_none(db, client, given):
    answer = client.get("/health/live", HTTP_X_REQUEST_ID=given)["X-Request-ID"]
    assert len(answer) == 32
    assert answer != MINE


def test_it_is_another_one_each_time(db, client):
    assert client.get("/health/live")["X-Request-ID"] != client.get("/health/live")["X-Request-ID"]


def test_it_stands_in_the_log_with_account_and_kind_of_actor(owner_client, account, log_lines):
    owner_client.get(f"/hosts/{uuid4()}/", HTTP_X_REQUEST_ID=MINE)
    (line,) = [json.loads(line) for line in log_lines().splitlines() if "Not Found" in line]
    assert (line["request_id"], line["account"], line["actor"]) == (MINE, str(account.uuid), "person")


def test_it_knows_a_machine_and_forgets_who_came_before(key_api, owner_client, client, log_lines):
    key_api("hosts:read").get(f"/api/v1/hosts/{uuid4()}/")
    client.get("/nowhere/")
    machine, nobody = [json.loads(line) for line in log_lines().splitlines() if "Not Found" in line]
    assert machine["actor"] == "machine"
    assert not {"actor", "account"} & set(nobody)


def test_it_is_shown_on_the_page_of_a_failure(owner_client, monkeypatch):
    def broken(actor):
        raise RuntimeError("broken")

    monkeypatch.setattr("portal.views.overview_of", broken)
    owner_client.raise_request_exception = False
    answer = owner_client.get("/", HTTP_X_REQUEST_ID=MINE)
    assert answer.status_code == 500
    assert MINE in answer.content.decode()


def test_it_is_kept_in_the_audit_trail_and_found_there(owner_client, owner_api, account):
    owner_api.post("/api/v1/truststores/", {"name": "b"}, headers={"X-Request-ID": MINE})
    assert AuditEntry.objects.get(action="truststore:created").request_id == MINE
    page = owner_client.get(f"/audit/?q={MINE}").content.decode()
    assert "1 entry" in page
    assert MINE in owner_client.get("/api/v1/audit/").content.decode()


def test_it_goes_into_the_tasks_that_the_request_announced(transactional_db, owner_api):
    """As Celery hands them to the broker; a journey looks at the worker's log."""
    sent = []

    def look(sender, headers, **kwargs):
        sent.append((sender, headers["X-Request-ID"]))

    signals.before_task_publish.connect(look)
    try:
        owner_api.post("/api/v1/deployments/", {"note": "n"}, headers={"X-Request-ID": MINE})
    finally:
        signals.before_task_publish.disconnect(look)
    assert sent == [("gateway.tasks.prepare_deployment", MINE)]
