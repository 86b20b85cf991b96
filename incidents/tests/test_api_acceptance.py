"""Handing in and accepting certificates on the REST API."""

import pytest

from certificates.testing.hierarchy import STRANGER
from vhosts.models import VirtualHost

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(owner_api, checking, partner):
    owner_api.post("/api/v1/truststores/", {"name": "nordwind"})
    upload = owner_api.get(checking).json()["uploads"][0]["uuid"]
    return {"upload": upload, "truststore": "nordwind", "roles": {partner.fingerprint: "client"}}


def test_it_takes_certificates_from_a_member_for_the_partner(owner_api, checking):
    incident = owner_api.get(checking).json()
    assert (incident["status"], incident["turn"]["whose"]) == ("checking", "us")
    assert [event["kind"] for event in incident["timeline"]][:2] == ["judged", "uploaded"]
    assert incident["timeline"][1]["text"] == "Here it is."
    assert [(row["status"], row["accepted"]) for row in incident["uploads"]] == [("judged", True)]


def test_it_accepts_certificates_and_lets_the_host_require_them(owner_api, checking, body, partner, host):
    answer = owner_api.post(f"{checking}accept/", body)
    assert answer.status_code == 200
    incident = answer.json()
    assert (incident["status"], incident["version"]) == ("enabling", {"truststore": "nordwind", "number": 2})
    assert incident["host"]["client_auth"] == "required"
    assert VirtualHost.objects.get(pk=host.pk).trust == "nordwind"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"upload": "d6a1ed8c-0000-4000-8000-000000000000"}, "upload"),
        ({"truststore": "nothing"}, "truststore"),
        ({"roles": {STRANGER.fingerprint: "client"}}, "roles"),
        ({"roles": {}}, "roles"),
        ({"status": "closed"}, "status"),
    ],
)
def test_it_names_what_does_not_fit_and_changes_nothing(owner_api, checking, body, change, field):
    answer = owner_api.post(f"{checking}accept/", body | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert owner_api.get(checking).json()["status"] == "checking"


def test_it_accepts_no_upload_of_something_else(owner_api, checking, body, worker, file, partner):
    with worker():
        files = {"files": [file("a.pem", partner.chain_pem)]}
        other = owner_api.post("/api/v1/uploads/", files, format="multipart").json()
    answer = owner_api.post(f"{checking}accept/", body | {"upload": other["uuid"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "upload")


def test_it_takes_nothing_from_strangers(stranger_api, raised, file, partner):
    files = {"files": [file("a.pem", partner.pem)]}
    assert stranger_api.post(f"{raised}uploads/", files, format="multipart").status_code == 404


def test_it_refuses_a_private_key_and_says_so_in_the_timeline(owner_api, raised, file, partner):
    files = {"files": [file("all.pem", partner.pem + partner.key_pem)]}
    answer = owner_api.post(f"{raised}uploads/", files, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "private_key_sent")
    incident = owner_api.get(raised).json()
    assert (incident["timeline"][0]["kind"], incident["uploads"]) == ("key_refused", [])
