"""A private key that somebody sends by mistake leaves no trace."""

import logging

import pytest
from django.apps import apps

from certificates.models import Upload

pytestmark = pytest.mark.django_db


def _everything_stored() -> str:
    """Every value of every row, bytes as text."""
    values = []
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            values += [
                bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                for value in row
            ]
    return "\n".join(values)


@pytest.fixture
def no_trace(caplog, partner):
    """After the test: no line of the key is in the database or in a log."""
    caplog.set_level(logging.DEBUG)
    yield
    line = partner.key_pem.splitlines()[1]
    assert len(line) == 64
    assert line not in caplog.text
    assert line not in _everything_stored()


@pytest.mark.usefixtures("no_trace")
def test_it_refuses_a_private_key_in_an_upload(owner_api, partner, file):
    files = [file("chain.pem", partner.chain_pem), file("all.pem", partner.pem + partner.key_pem)]
    answer = owner_api.post("/api/v1/uploads/", {"files": files}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "private_key_sent")
    assert answer.json()["errors"][0]["field"] == "files"
    assert "all.pem" in answer.json()["detail"]
    assert partner.key_pem.splitlines()[1] not in answer.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("no_trace")
def test_it_refuses_a_private_key_in_an_entry(owner_api, truststore, partner):
    body = {"entries": [{"pem": partner.pem + partner.key_pem, "role": "client"}]}
    answer = owner_api.post(f"/api/v1/truststores/{truststore.uuid}/versions/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "private_key_sent")
    assert answer.json()["errors"][0]["field"] == "entries.0.pem"


@pytest.mark.usefixtures("no_trace")
@pytest.mark.parametrize("field", ["name", "description", "key"])
def test_it_echoes_no_private_key_from_any_other_field(owner_api, partner, field):
    body = {"name": "partners"} | {field: {"nested": partner.key_pem}}
    answer = owner_api.post("/api/v1/truststores/", body)
    assert answer.status_code == 400
    assert partner.key_pem.splitlines()[1] not in answer.content.decode()
