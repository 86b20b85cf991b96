"""Uploads on the REST API: the worker judges them."""

import pytest

from certificates.services.uploads import MAX_BYTES
from certificates.testing.hierarchy import EXPIRED, ISSUING

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"


@pytest.fixture
def send(owner_api, worker, file):
    def sent(*files):
        with worker():
            return owner_api.post(UPLOADS, {"files": [file(*each) for each in files]}, format="multipart")

    return sent


def test_it_takes_files_and_says_that_the_worker_has_them(owner_api, partner, file):
    answer = owner_api.post(UPLOADS, {"files": [file("a.pem", partner.chain_pem)]}, format="multipart")
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["accepted"]) == ("received", None)
    assert answer.json()["files"] == ["a.pem"]


def test_it_shows_the_tree_after_the_judgement(owner_api, send, partner):
    upload = owner_api.get(f"{UPLOADS}{send(('a.pem', partner.chain_pem)).json()['uuid']}/").json()
    assert (upload["status"], upload["accepted"]) == ("judged", True)
    assert [(row["kind"], row["depth"]) for row in upload["certificates"]] == [
        ("root", 0),
        ("intermediate", 1),
        ("leaf", 2),
    ]
    leaf = upload["certificates"][2]
    assert (leaf["parent"], leaf["suggested_role"]) == (ISSUING.fingerprint, "client")
    assert leaf["certificate"]["fingerprint"] == partner.fingerprint


def test_it_shows_what_is_wrong_and_what_to_do(owner_api, send):
    upload = owner_api.get(f"{UPLOADS}{send(('old.pem', EXPIRED.chain_pem)).json()['uuid']}/").json()
    assert upload["accepted"] is False
    worst = upload["findings"][0]
    assert (worst["code"], worst["severity"], worst["fingerprint"]) == ("TIME", "error", EXPIRED.fingerprint)
    assert worst["remedy"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("big.pem", b"x" * (MAX_BYTES + 1))], "too_large"),
        ([(f"{n}.pem", b"x") for n in range(11)], "too_many_files"),
        ([], "required"),
    ],
)
def test_it_refuses_too_much_and_nothing(send, files, code):
    answer = send(*files)
    assert answer.status_code == 400
    errors = [(error["field"], error["code"]) for error in answer.json()["errors"]]
    assert errors == [("files", code)]


def test_it_refuses_a_request_that_is_too_large_as_a_whole(owner_api):
    answer = owner_api.post(UPLOADS, {}, format="multipart", CONTENT_LENGTH="12000001")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_it_refuses_unknown_fields(owner_api, file, partner):
    body = {"files": [file("a.pem", partner.pem)], "status": "judged"}
    answer = owner_api.post(UPLOADS, body, format="multipart")
    assert [error["field"] for error in answer.json()["errors"]] == ["status"]


def test_it_takes_files_only(owner_api):
    assert owner_api.post(UPLOADS, {"files": []}, format="json").status_code == 415


def test_it_hides_uploads_from_strangers(stranger_api, send, partner):
    made = send(("a.pem", partner.pem)).json()
    assert stranger_api.get(f"{UPLOADS}{made['uuid']}/").status_code == 404
    assert stranger_api.get(UPLOADS).json()["count"] == 0


def test_it_lists_any_number_of_uploads_with_the_same_queries(owner_api, send, partner, queries_of):
    send(("a.pem", partner.pem))
    before = queries_of(lambda: owner_api.get(UPLOADS))
    for number in range(3):
        send((f"{number}.pem", partner.chain_pem))
    assert queries_of(lambda: owner_api.get(UPLOADS)) == before
    row = owner_api.get(UPLOADS).json()["results"][0]
    assert (row["label"], row["certificate_count"], row["error_count"]) == ("U-4", 3, 0)
