"""An upload is searched for private keys before anything of it is kept, then judged in the worker."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from certificates.models import Certificate, Upload, UploadFile
from certificates.services import uploads
from certificates.standing import standing_of
from certificates.testing.hierarchy import ISSUING, PARTNER, ROOT
from common.errors import DomainError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def receive(account, *files):
    return uploads.receive(account=account, sender="Partner", files=list(files))


def judged(account, *files):
    upload = receive(account, *files)
    uploads.judge_upload(upload=upload, at=NOW)
    upload.refresh_from_db()
    return upload


def test_it_refuses_a_private_key_and_keeps_nothing(account, caplog):
    text = PARTNER.pem + PARTNER.key_pem
    with pytest.raises(uploads.PrivateKeySent) as refusal:
        receive(account, ("chain.pem", ROOT.pem.encode()), ("client.pem", text.encode()))
    assert "client.pem" in refusal.value.message
    assert not Upload.objects.exists()
    assert not UploadFile.objects.exists()
    assert PARTNER.key_pem.splitlines()[1] not in caplog.text + refusal.value.message


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "no_file"),
        ([("a.pem", b"x" * 1_000_001)], "too_large"),
        ([(f"{n}.pem", b"x") for n in range(11)], "too_many_files"),
    ],
)
def test_it_refuses_nothing_too_much_and_too_large(account, files, code):
    with pytest.raises(DomainError) as refusal:
        receive(account, *files)
    assert (refusal.value.code, refusal.value.field) == (code, "files")


def test_it_stores_the_chain_in_drawing_order(account):
    chain = (PARTNER.pem + ISSUING.pem + ROOT.pem).encode()
    upload = judged(account, ("all.pem", chain))
    rows = [
        (row.certificate.common_name, row.kind, row.depth, row.suggested_role)
        for row in upload.certificates.all()
    ]
    names = [name for name, *_ in rows]
    assert standing_of(upload, NOW).accepted is True
    assert [kind for _, kind, _, _ in rows] == ["root", "intermediate", "leaf"]
    assert [depth for *_, depth, _ in rows] == [0, 1, 2]
    assert rows[2][3] == "client"
    assert names[2] == Certificate.objects.get(fingerprint=PARTNER.fingerprint).common_name


def test_it_keeps_every_finding_with_its_remedy(account):
    upload = judged(account, ("page.html", b"<!doctype html><title>no certificate</title>"))
    assert standing_of(upload, NOW).accepted is False
    finding = upload.findings.first()
    assert finding.severity == "error"
    assert finding.sentence
    assert finding.remedy


def test_it_judges_an_upload_once(account):
    upload = judged(account, ("client.pem", PARTNER.pem.encode()))
    uploads.judge_upload(upload=upload, at=NOW)
    assert upload.certificates.count() == 1


def test_it_gives_an_upload_back_whose_worker_died(account):
    upload = receive(account, ("client.pem", PARTNER.pem.encode()))
    long_ago = NOW - timedelta(days=400)
    Upload.objects.filter(pk=upload.pk).update(status="judging", changed_at=long_ago)
    assert uploads.give_back_stale() == 1
    upload.refresh_from_db()
    assert upload.status == "received"


def test_it_ends_an_upload_at_which_three_workers_failed(account):
    upload = receive(account, ("client.pem", PARTNER.pem.encode()))
    for _ in range(3):
        upload.refresh_from_db()
        uploads.move(upload, "judging", actor="Portal")
        Upload.objects.update(changed_at=NOW - timedelta(days=400))
        uploads.give_back_stale()
    upload.refresh_from_db()
    assert (upload.status, standing_of(upload, NOW).accepted) == ("judged", False)
    assert upload.findings.get().code == "NOT_JUDGED"


def test_it_refuses_an_archive_in_which_a_key_could_hide(account):
    packed = gzip.compress((PARTNER.pem + PARTNER.key_pem).encode())
    with pytest.raises(DomainError) as refusal:
        receive(account, ("client.pem", PARTNER.pem.encode()), ("keys.gz", packed))
    assert refusal.value.code == "archive_sent"
    assert not UploadFile.objects.exists()
