"""When something breaks over a file, its content reaches no log, no answer and no mail."""

import io
import logging

import pytest
from django.conf import settings as configured
from django.core import mail
from django.urls import reverse

from certificates.services import uploads
from certificates.tasks import judge_upload
from certificates.testing.hierarchy import PARTNER
from portal.weblog import formatter

pytestmark = pytest.mark.django_db
SECRET = PARTNER.key_pem.splitlines()[1]


def broken(*arguments, **more):
    """Fails as a library may: with what it was given in the message, and a key in a variable."""
    key = PARTNER.key_pem
    raise ValueError(f"cannot read {key!r}")


@pytest.fixture
def log():
    """What our own handler writes, in the format of the settings."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_it_keeps_a_failed_judgement_out_of_the_workers_log(account, monkeypatch, log):
    upload = uploads.receive(account=account, sender="Partner", files=[("a.pem", PARTNER.pem.encode())])
    monkeypatch.setattr("certificates.services.uploads.lint_all", broken)
    judge_upload.apply(args=[str(upload.uuid)], throw=False)
    assert SECRET not in log.getvalue()
    assert "ValueError" in log.getvalue()  # that it failed, and where, is said
    assert "test_tracebacks.py" in log.getvalue()


def test_it_keeps_a_failed_request_out_of_log_answer_and_mail(owner_client, monkeypatch, settings, log, file):
    settings.ADMINS = [("Operations", "operations@harbourline.test")]
    monkeypatch.setattr("certificates.views.uploads.receive", broken)
    owner_client.raise_request_exception = False
    files = {"files": [file("a.pem", PARTNER.pem)]}
    answer = owner_client.post(reverse("certificates:upload_new"), files)
    assert answer.status_code == 500
    assert SECRET not in answer.content.decode()
    assert SECRET not in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert mail.outbox == []


def test_it_logs_through_the_masking_formatter_alone():
    assert configured.LOGGING["formatters"]["line"]["()"] == "portal.weblog.formatter"
    assert {handler["formatter"] for handler in configured.LOGGING["handlers"].values()} == {"line"}
    assert logging.getLogger("django").handlers == []
