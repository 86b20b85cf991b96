"""A private key that is pasted anywhere is refused at the door, and not shown again."""

import re

import pytest

from accounts.models import AuditEntry
from certificates.testing.hierarchy import PARTNER
from vhosts.models import HostRequest


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("/hosts/request/", "description"),
        ("/deployments/plan/", "note"),
        ("/truststores/new/", "description"),
    ],
)
def test_it_refuses_a_pasted_key_on_every_page(owner_client, url, field):
    answer = owner_client.post(url, {field: f"see {PARTNER.key_pem}", "alias": "a", "name": "a"})
    assert answer.status_code == 400
    assert "Nothing of it was kept" in answer.content.decode()
    assert PARTNER.key_pem.splitlines()[1] not in answer.content.decode()
    assert not HostRequest.objects.filter(operation="CREATE", wish__alias="a").exists()
    assert PARTNER.key_pem.splitlines()[1] not in str(list(AuditEntry.objects.values()))


def test_it_says_that_going_back_brings_the_form(owner_client):
    text = owner_client.post(
        "/truststores/new/", {"name": "a", "description": PARTNER.key_pem}
    ).content.decode()
    assert "A private key was sent" in text
    assert "Go back: your browser still has the form as you filled it in, but for passwords." in text


@pytest.mark.parametrize(
    "url",
    [
        "/truststores/new/",
        "/keystores/new/",
        "/hosts/request/",
        "/incidents/new/",
        "/proxies/new/",
        "/products/new/",
        "/deployments/",
    ],
)
def test_it_lets_the_browser_keep_what_was_filled_in(owner_client, host, url):
    """A browser brings no field back that has autocomplete="off"."""
    fields = re.findall(r"<(?:input|textarea|select)\b[^>]*>", owner_client.get(url).content.decode())
    assert fields
    assert not [field for field in fields if 'autocomplete="off"' in field and "password" not in field]


def test_it_refuses_a_pasted_key_also_beside_a_file(owner_client, file):
    body = {"name": "a", "description": PARTNER.key_pem, "note": file("a.txt", "nothing")}
    assert owner_client.post("/truststores/new/", body).status_code == 400


def test_it_refuses_it_on_the_rest_api_as_a_problem(owner_api):
    answer = owner_api.post("/api/v1/deployments/", {"note": PARTNER.key_pem})
    assert answer.status_code == 400
    assert answer.json()["code"] == "private_key_sent"


def test_it_lets_a_certificate_and_a_sentence_about_keys_pass(owner_api, truststore):
    body = {"name": "b", "description": f"never send a private key\n{PARTNER.pem}"[:400]}
    assert owner_api.post("/api/v1/truststores/", body).status_code == 201


@pytest.mark.parametrize("url", ["/hosts/?q=%00", "/audit/?q=a%00"])
def test_it_answers_a_nul_in_the_address_with_400(owner_client, url):
    assert owner_client.get(url).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "half \\ud83d"}',
        '{"name \\ud83d": "x"}',
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
    ],
)
def test_it_leaves_json_that_no_answer_could_be_made_of_to_the_parser(client, owner_client, body):
    for who, status in ((client, 401), (owner_client, 400)):
        answer = who.post("/api/v1/truststores/", body, content_type="application/json")
        assert answer.status_code == status


def test_it_finds_a_key_beside_half_a_character(client, db):
    key = "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ\\n-----END PRIVATE KEY-----"
    body = f'{{"half": "\\ud83d", "name": "{key}"}}'
    answer = client.post("/api/v1/truststores/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "private_key_sent")
