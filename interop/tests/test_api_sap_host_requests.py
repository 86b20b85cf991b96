"""SAP's VirtualHostRequests: the documented bodies, answers and error codes."""

import re

import pytest

from certificates.services.references import create_reference
from vhosts.models import VirtualHost

pytestmark = pytest.mark.django_db
REQUESTS = "/apiportal/operations/1.0/Configuration.svc/VirtualHostRequests"
CREATE = {
    "accountId": "harbourline",
    "virtualHostUrl": "prod-apis",
    "isDefaultVirtualHostRequest": False,
    "isClientAuthEnabled": True,
    "trustStore": "partners",
    "operation": "CREATE",
}


@pytest.fixture
def machine(key_api):
    return key_api("hosts:request")


@pytest.fixture
def made(machine, truststore):
    return machine.post(REQUESTS, CREATE).json()["d"]


@pytest.fixture
def update(made):
    kept = {key: CREATE[key] for key in ("accountId", "virtualHostUrl", "isDefaultVirtualHostRequest")}
    return kept | {"operation": "UPDATE", "virtualHostId": made["virtualHostId"]}


def _refusal(answer):
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["message"]["lang"] == "en"
    return error["code"], error["message"]["value"]


def test_it_creates_a_host_with_mutual_tls(machine, truststore, settings):
    answer = machine.post(REQUESTS, CREATE)
    assert answer.status_code == 201
    made = answer.json()["d"]
    assert made["virtualHostUrl"] == "prod-apis.harbourline.test"
    assert (made["allocatedPort"], made["allocationStatus"]) == (settings.GATEWAY_PORT, "COMPLETE")
    assert (made["isClientAuthEnabled"], made["trustStore"]) == (True, "partners")
    assert (made["accountId"], made["operation"]) == ("harbourline", "CREATE")
    assert (made["isForNonSni"], made["isTLS"], made["lbHost"], made["clusterName"]) == (
        False,
        False,
        None,
        "",
    )
    assert made["life_cycle"]["created_by"] == "service key pipeline"
    assert re.fullmatch(r"/Date\(\d{13}\)/", made["life_cycle"]["changed_at"])
    assert answer.headers["Location"].endswith(f"VirtualHostRequests('{made['id']}')")
    host = VirtualHost.objects.get(uuid=made["virtualHostId"])
    assert (host.client_auth, host.trust) == ("required", "partners")


def test_it_takes_a_reference_and_does_not_mind_capitals(owner, machine, truststore):
    create_reference(actor=owner, name="in-force", truststore=truststore)
    body = CREATE | {"trustStore": "ref://in-force", "accountId": "HarbourLine"}
    assert machine.post(REQUESTS, body).json()["d"]["trustStore"] == "ref://in-force"


def test_it_creates_a_host_without_client_authentication(machine):
    body = {key: CREATE[key] for key in ("accountId", "virtualHostUrl", "operation")}
    made = machine.post(REQUESTS, body).json()["d"]
    assert (made["isClientAuthEnabled"], made["trustStore"]) == (False, None)


def test_it_switches_client_authentication_on(machine, host, truststore):
    body = CREATE | {"operation": "UPDATE", "virtualHostUrl": "partners", "virtualHostId": str(host.uuid)}
    assert machine.post(REQUESTS, body).status_code == 201
    assert VirtualHost.objects.get(pk=host.pk).client_auth == "required"


def test_it_keeps_client_authentication_when_an_update_does_not_name_it(machine, update):
    answer = machine.post(REQUESTS, update | {"virtualHostUrl": "prod-apis-updated"}).json()["d"]
    assert answer["virtualHostUrl"] == "prod-apis-updated.harbourline.test"
    assert (answer["isClientAuthEnabled"], answer["trustStore"]) == (True, "partners")


def test_it_switches_client_authentication_off_and_clears_the_truststore(machine, update):
    answer = machine.post(REQUESTS, update | {"isClientAuthEnabled": False}).json()["d"]
    assert (answer["isClientAuthEnabled"], answer["trustStore"]) == (False, None)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"accountId": "elsewhere"}, "BAD_REQUEST", "accountId is “elsewhere”.*“harbourline”"),
        ({"trustStore": None}, "VHR_VIRTUALHOST_TRUST_STORE_MISSING", "truststore"),
        ({"trustStore": "nothing"}, "VIRTUAL_HOST_CREATE_ERROR", "nothing"),
        ({"virtualHostUrl": "x" * 64}, "VHR_VIRTUALHOST_ALIAS_LENGTH_GREATER_THAN_63_CHARS", "63"),
        ({"virtualHostUrl": "under_score"}, "VIRTUAL_HOST_CREATE_ERROR", "hyphens"),
        ({"virtualHostUrl": "default"}, "VIRTUAL_HOST_CREATE_ERROR", "exists"),
        ({"operation": "UPDATE"}, "VHR_NO_COMPLETED_RECORD_FOUND", "none given"),
        ({"operation": "UPDATE", "virtualHostId": "x"}, "VHR_NO_COMPLETED_RECORD_FOUND", "id x"),
        ({"operation": "RENAME"}, "BAD_REQUEST", "operation"),
        ({"isClientAuthEnabled": "perhaps"}, "BAD_REQUEST", "isClientAuthEnabled"),
        ({"truststore": "partners"}, "BAD_REQUEST", "truststore: This field is not accepted"),
    ],
)
def test_it_refuses_with_the_documented_code(machine, truststore, change, code, words):
    said, sentence = _refusal(machine.post(REQUESTS, CREATE | change))
    assert said == code
    assert re.search(words, sentence)
    assert not VirtualHost.objects.filter(alias="prod-apis").exists()


def test_it_does_not_let_a_truststore_without_effect_pass(machine, truststore):
    body = {key: value for key, value in CREATE.items() if key != "isClientAuthEnabled"}
    assert "isClientAuthEnabled must be true" in _refusal(machine.post(REQUESTS, body))[1]


def test_it_does_not_switch_client_authentication_on_by_a_truststore_alone(machine, host, truststore):
    body = CREATE | {"operation": "UPDATE", "virtualHostUrl": "partners", "virtualHostId": str(host.uuid)}
    del body["isClientAuthEnabled"]
    code, sentence = _refusal(machine.post(REQUESTS, body))
    assert code == "VIRTUAL_HOST_CREATE_ERROR"
    assert "isClientAuthEnabled" in sentence
    assert VirtualHost.objects.get(pk=host.pk).client_auth == "off"


def test_it_lets_a_host_that_requires_certificates_trust_another_truststore(
    owner, machine, update, truststore
):
    create_reference(actor=owner, name="in-force", truststore=truststore)
    answer = machine.post(REQUESTS, update | {"trustStore": "ref://in-force"}).json()["d"]
    assert (answer["isClientAuthEnabled"], answer["trustStore"]) == (True, "ref://in-force")


def test_it_changes_no_host_of_another_account(stranger_api, update):
    answer = stranger_api.post(REQUESTS, update | {"accountId": "elsewhere", "virtualHostUrl": "mine"})
    assert _refusal(answer)[0] == "VHR_NO_COMPLETED_RECORD_FOUND"
    assert VirtualHost.objects.get(uuid=update["virtualHostId"]).alias == "prod-apis"


def test_it_needs_a_token_with_the_scope(api, key_api):
    assert api.post(REQUESTS, CREATE).status_code == 401
    assert key_api("hosts:read").post(REQUESTS, CREATE).status_code == 403
