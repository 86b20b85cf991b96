"""The pages of uploads and keystores."""

import pytest
from django.urls import reverse

from certificates.models import Upload
from certificates.services.uploads import MAX_BYTES, receive
from certificates.testing.hierarchy import EXPIRED, ISSUING, NAMESAKE_ROOT, ROOT

pytestmark = pytest.mark.django_db
NEW, LIST = reverse("certificates:upload_new"), reverse("certificates:uploads")


def upload_of(owner, worker, *identities):
    files = [("chain.pem", "".join(identity.pem for identity in identities).encode())]
    with worker():
        upload = receive(account=owner.account, sender="Partner", files=files)
    upload.refresh_from_db()
    return upload


def page(upload, name="upload"):
    return reverse(f"certificates:{name}", args=[upload.uuid])


def test_it_takes_several_files_at_once(owner_client, file, partner):
    files = [file("a.pem", partner.pem), file("b.pem", ISSUING.pem)]
    owner_client.post(NEW, {"files": files})
    assert Upload.objects.get().files.count() == 2


def test_it_asks_for_a_file_when_none_came(owner_client):
    answer = owner_client.post(NEW, {})
    assert "Choose at least one file" in answer.content.decode()


def test_it_takes_no_file_that_is_too_large(owner_client, file):
    answer = owner_client.post(NEW, {"files": [file("a.pem", b"x" * (MAX_BYTES + 1))]})
    assert "larger than 1 MB" in answer.content.decode()
    assert not Upload.objects.exists()


def test_it_polls_while_the_worker_judges(owner, owner_client, partner):
    upload = receive(account=owner.account, sender="Partner", files=[("a.pem", partner.pem.encode())])
    assert page(upload, "upload_progress") in owner_client.get(page(upload)).content.decode()
    answer = owner_client.get(page(upload, "upload_progress"))
    assert b"hx-trigger" in answer.content
    assert "HX-Refresh" not in answer


def test_it_loads_the_report_once_it_is_judged(owner, owner_client, worker, partner):
    upload = upload_of(owner, worker, partner, ISSUING, ROOT)
    answer = owner_client.get(page(upload, "upload_progress"))
    assert answer["HX-Refresh"] == "true"
    assert b"hx-trigger" not in answer.content
    assert "3 in 1 file" in owner_client.get(page(upload)).content.decode()


def test_it_draws_the_issuer_that_was_not_sent(owner, owner_client, worker, partner):
    nodes = owner_client.get(page(upload_of(owner, worker, partner))).context["report"].nodes
    assert [(node["depth"], node.get("absent", False)) for node in nodes] == [(0, True), (1, False)]
    assert nodes[0]["certificate"]["common_name"] == "Harbour Issuing CA"


def test_it_marks_the_link_that_does_not_hold(owner, owner_client, worker):
    report = owner_client.get(page(upload_of(owner, worker, NAMESAKE_ROOT, ISSUING))).context["report"]
    assert [line.status for line in report.lines if line.blocked_by] == ["no_path"]


def test_it_speaks_to_the_partner_in_what_it_proposes_to_ask(owner, owner_client, worker):
    report = owner_client.get(page(upload_of(owner, worker, EXPIRED, ISSUING, ROOT))).context["report"]
    assert "Please send the renewed certificate." in report.question
    assert "Ask the partner" not in report.question


def test_it_takes_as_many_queries_for_many_as_for_few(owner, owner_client, queries_of, partner):
    def send(count):
        for _ in range(count):
            receive(account=owner.account, sender="Partner", files=[("a.pem", partner.pem.encode())])

    send(3)
    few = queries_of(lambda: owner_client.get(LIST))
    send(27)
    assert queries_of(lambda: owner_client.get(LIST)) == few


def test_it_hides_an_upload_from_a_stranger(owner, stranger_client, worker, partner):
    upload = upload_of(owner, worker, partner)
    assert stranger_client.get(page(upload)).status_code == 404
    assert stranger_client.get(page(upload, "upload_progress")).status_code == 404


def test_it_shows_keystores_without_their_keys(reader_client, account):
    text = reader_client.get(reverse("certificates:keystores")).content.decode()
    assert "*.harbourline.test" in text
    assert "PRIVATE KEY" not in text
