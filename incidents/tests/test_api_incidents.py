"""Incidents on the REST API: raised, talked about, ended."""

import pytest

from incidents.models import Incident

pytestmark = pytest.mark.django_db
INCIDENTS = "/api/v1/incidents/"


def test_it_raises_an_incident_and_mails_the_link(owner_api, ticket, worker, mailoutbox):
    with worker():
        answer = owner_api.post(INCIDENTS, ticket)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["label"], made["status"], made["turn"]["whose"]) == ("INC-1", "waiting", "partner")
    assert (made["component"], made["two_way_ssl"]) == ("OPU-API-OD-OPS", "Enabled")
    assert [event["kind"] for event in made["timeline"]] == ["link_sent", "raised"]
    assert [link["state"] for link in made["links"]] == ["open"]
    assert len(made["evidence"]) == 4
    assert mailoutbox[0].to == ["security@partner.example"]


def test_it_shows_no_token_of_a_link(owner_api, raised, secure):
    token = secure().split("/")[-2]
    assert token not in owner_api.get(raised).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host_alias": "nothing"}, "host_alias"),
        ({"host_alias": "default"}, "host_alias"),
        ({"subdomain": "elsewhere"}, "subdomain"),
        ({"account_id": "d6a1ed8c-0000-4000-8000-000000000000"}, "account_id"),
        ({"email": "nobody"}, "email"),
        ({"partner": " "}, "partner"),
        ({"two_way_ssl": "Disabled"}, "two_way_ssl"),
        ({"component": "OTHER"}, "component"),
        ({"status": "closed"}, "status"),
    ],
)
def test_it_names_the_detail_that_does_not_fit(owner_api, ticket, change, field):
    answer = owner_api.post(INCIDENTS, ticket | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Incident.objects.exists()


def test_it_keeps_what_people_say(owner_api, raised):
    answer = owner_api.post(f"{raised}comments/", {"text": "Called them.", "internal": True})
    latest = answer.json()["timeline"][0]
    assert (latest["kind"], latest["text"], latest["internal"]) == ("commented", "Called them.", True)
    assert owner_api.post(f"{raised}comments/", {}).json()["errors"][0]["field"] == "text"


def test_it_asks_the_partner_with_a_new_link(owner_api, checking, worker, mailoutbox):
    with worker():
        answer = owner_api.post(f"{checking}ask/", {"text": "The root is missing."}).json()
    assert (answer["status"], answer["links"][0]["state"]) == ("waiting", "open")
    assert "The root is missing." in mailoutbox[-1].body


def test_it_mails_another_link_and_closes_the_one_before(owner_api, raised, worker, mailoutbox):
    with worker():
        answer = owner_api.post(f"{raised}link/").json()
    assert [link["state"] for link in answer["links"]] == ["open", "revoked"]
    assert len(mailoutbox) == 2


def test_it_revokes_the_link(owner_api, raised):
    answer = owner_api.delete(f"{raised}link/")
    assert (answer.status_code, answer.json()["links"][0]["state"]) == (200, "revoked")
    assert owner_api.delete(f"{raised}link/").json()["code"] == "link_not_open"


def test_it_withdraws_with_a_reason(owner_api, raised):
    assert owner_api.post(f"{raised}withdraw/", {}).json()["errors"][0]["field"] == "reason"
    answer = owner_api.post(f"{raised}withdraw/", {"reason": "Contract ended."}).json()
    assert (answer["status"], answer["links"][0]["state"]) == ("withdrawn", "revoked")
    assert owner_api.post(f"{raised}comments/", {"text": "Late."}).status_code == 409


def test_it_finds_incidents_by_number_and_turn(owner_api, raised):
    assert owner_api.get(f"{INCIDENTS}?search=inc-1&status=open").json()["count"] == 1
    assert owner_api.get(f"{INCIDENTS}?status=ours").json()["count"] == 0


def test_it_hides_incidents_from_strangers(stranger_api, raised):
    assert stranger_api.get(INCIDENTS).json()["count"] == 0
    assert stranger_api.get(raised).status_code == 404
    for act, body in (
        ("comments", {"text": "x"}),
        ("ask", {"text": "x"}),
        ("link", {}),
        ("withdraw", {"reason": "x"}),
        (
            "accept",
            {"upload": "d6a1ed8c-0000-4000-8000-000000000000", "truststore": "x", "roles": {"a": "client"}},
        ),
    ):
        assert stranger_api.post(f"{raised}{act}/", body).status_code == 404
    assert stranger_api.delete(f"{raised}link/").status_code == 404


def test_it_leaves_the_queue_to_those_who_may_process_it(key_api, raised):
    machine = key_api("incidents:raise")
    assert machine.post(f"{raised}comments/", {"text": "x"}).status_code == 200
    assert machine.post(f"{raised}withdraw/", {"reason": "x"}).status_code == 403


def test_it_lists_any_number_of_incidents_with_the_same_queries(owner_api, raised, ticket, queries_of):
    before = queries_of(lambda: owner_api.get(INCIDENTS))
    for _ in range(3):
        owner_api.post(INCIDENTS, ticket)
    assert queries_of(lambda: owner_api.get(INCIDENTS)) == before
