"""Nobody gets into a partner's secure page, or at a key, by reading a log."""

import base64
import json
import logging
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization

from certificates.testing.hierarchy import PARTNER
from common import logcontext
from portal.weblog import LEFT_OUT, formatter, masked

DER = PARTNER.key.private_bytes(
    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
KINDS = pytest.mark.parametrize("kind", ["text", "json"])


def written(kind, message, *args, **more):
    """What the formatter makes of a record."""
    record = logging.LogRecord(
        "gateway.services", logging.WARNING, "", 0, message, args, more.pop("exc_info", None)
    )
    vars(record).update(more)
    return formatter(kind).format(record)


def test_it_masks_the_token_of_a_secure_link():
    line = "GET /s/qm7x-2KfD_abc/progress/ HTTP/1.1"
    assert masked(line) == "GET /s/•••/progress/ HTTP/1.1"
    assert masked("POST /api/v1/secure/qm7x-2KfD/ HTTP/1.1") == "POST /api/v1/secure/•••/ HTTP/1.1"


def test_it_leaves_other_addresses_alone():
    assert masked("GET /hosts/?q=s HTTP/1.1") == "GET /hosts/?q=s HTTP/1.1"


@KINDS
def test_it_masks_what_our_own_logs_say(kind):
    assert "/reset/MQ/•••/" in written(kind, "Forbidden: %s", "/reset/MQ/c8x-99/")


@KINDS
@pytest.mark.parametrize("lines", [None, 3], ids=["whole", "cut off"])
def test_it_never_writes_a_private_key(kind, lines):
    pem = "\n".join(PARTNER.key_pem.splitlines()[:lines])
    line = written(kind, "could not read %s", pem)
    assert PARTNER.key_pem.splitlines()[1] not in line
    assert "could not read private key •••" in line


@KINDS
def test_it_never_writes_one_that_an_exception_carries(kind):
    try:
        raise ValueError(PARTNER.key_pem)
    except ValueError as error:
        line = written(kind, "it failed", exc_info=(ValueError, error, error.__traceback__))
    assert "Traceback" in line
    assert PARTNER.key_pem.splitlines()[1] not in line


@KINDS
@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(DER).decode(),
        f"GET /uploads/?q={quote(PARTNER.key_pem)} HTTP/1.1",
        f"GET /uploads/?q={quote(base64.b64encode(DER).decode())} HTTP/1.1",
        f"Not Found: /uploads/{base64.b64encode(DER).decode()}/",
        f"cannot read {DER!r}",
        f"cannot read\n{base64.encodebytes(DER).decode()}",
    ],
)
def test_it_never_writes_one_without_its_labels(kind, text):
    assert LEFT_OUT in masked(text)
    line = written(kind, "it failed: %s", text)
    assert LEFT_OUT in line
    assert text not in line


@KINDS
def test_it_never_writes_a_bearer_token(kind):
    assert "s3cr3t-t0ken" not in written(kind, "Authorization: Bearer s3cr3t-t0ken.abc")


def test_it_takes_nothing_unknown_into_json():
    """Django attaches the request, Celery the arguments of a task."""
    line = json.loads(written("json", "Not Found", request="<GET /s/qm7x-2KfD/>", data={"args": "x"}))
    assert set(line) == {"time", "level", "logger", "message"}


def test_it_says_in_json_what_a_line_belongs_to():
    with logcontext.noting(account="a-1", deployment="d-1", deployment_number=7):
        line = json.loads(written("json", "proved"))
    assert (line["level"], line["message"]) == ("WARNING", "proved")
    assert (line["account"], line["deployment"], line["deployment_number"]) == ("a-1", "d-1", "7")
    assert "account" not in json.loads(written("json", "later"))
