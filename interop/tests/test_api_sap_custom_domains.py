"""SAP's VirtualHostRequests for custom domains and DELETE, and references to keystores."""

import pytest

from vhosts.models import VirtualHost

pytestmark = pytest.mark.django_db
REQUESTS = "/apiportal/operations/1.0/Configuration.svc/VirtualHostRequests"
HOSTS = "/apiportal/api/1.0/Management.svc/VirtualHosts"
REFERENCES = "/apiportal/api/1.0/Management.svc/CertificateStoreReferences"
CUSTOM = {
    "accountId": "harbourline",
    "virtualHostUrl": "api.example.com",
    "isDefaultVirtualHostRequest": False,
    "isForCustomDomain": True,
    "keyStoreName": "example-com",
    "keyStoreAlias": "api",
    "operation": "CREATE",
}


@pytest.fixture
def machine(key_api):
    return key_api("hosts:read", "hosts:request", "certificates:read", "certificates:change")


def _code(answer):
    assert answer.status_code == 400
    return answer.json()["error"]["code"]


def test_it_creates_a_custom_domain_and_says_where_dns_must_lead(machine, keystore, truststore):
    body = CUSTOM | {"isClientAuthEnabled": True, "trustStore": "partners"}
    made = machine.post(REQUESTS, body).json()["d"]
    assert (made["virtualHostUrl"], made["isForCustomDomain"]) == ("api.example.com", True)
    assert (made["keyStoreName"], made["keyStoreAlias"]) == ("example-com", "api")
    assert made["lbHost"] == "default.harbourline.test"
    assert (made["isClientAuthEnabled"], made["trustStore"]) == (True, "partners")
    listed = {row["id"]: row for row in machine.get(HOSTS).json()["d"]["results"]}[made["virtualHostId"]]
    assert (listed["isForCustomDomain"], listed["keyStoreAlias"]) == (True, "api")


def test_it_converts_a_host_and_keeps_its_client_authentication(machine, host, keystore, truststore):
    on = {"operation": "UPDATE", "virtualHostId": str(host.uuid), "accountId": "harbourline"}
    machine.post(REQUESTS, on | {"isClientAuthEnabled": True, "trustStore": "partners"})
    body = CUSTOM | {"operation": "UPDATE", "virtualHostId": str(host.uuid)}
    made = machine.post(REQUESTS, body).json()["d"]
    assert (made["virtualHostId"], made["virtualHostUrl"]) == (str(host.uuid), "api.example.com")
    assert (made["isClientAuthEnabled"], made["trustStore"]) == (True, "partners")


@pytest.mark.parametrize(
    "change",
    [
        {"keyStoreName": "none"},
        {"keyStoreAlias": "none"},
        {"keyStoreName": None},
        {"virtualHostUrl": "www.example.com"},
        {"virtualHostUrl": "plain"},
        {"isForCustomDomain": False},
    ],
)
def test_it_refuses_what_does_not_fit(machine, keystore, change):
    assert _code(machine.post(REQUESTS, CUSTOM | change)) == "VIRTUAL_HOST_CREATE_ERROR"
    assert VirtualHost.objects.count() == 1


def test_it_deletes_by_id_alone(machine, host):
    body = {"operation": "DELETE", "virtualHostId": str(host.uuid)}
    answer = machine.post(REQUESTS, body)
    assert answer.status_code == 201
    shown = answer.json()["d"]
    assert (shown["allocatedPort"], shown["allocationStatus"]) == (0, None)
    assert str(host.uuid) not in machine.get(HOSTS).content.decode()
    assert machine.get(f"{REQUESTS}('{shown['id']}')").json()["d"]["operation"] == "DELETE"
    assert _code(machine.post(REQUESTS, body)) == "VHR_NO_COMPLETED_RECORD_FOUND"


def test_it_deletes_no_host_of_another_account_and_not_the_default_one(machine, stranger_api, host):
    body = {"operation": "DELETE", "virtualHostId": str(host.uuid)}
    assert _code(stranger_api.post(REQUESTS, body)) == "VHR_NO_COMPLETED_RECORD_FOUND"
    assert _code(machine.post(REQUESTS, body | {"accountId": "elsewhere"})) == "BAD_REQUEST"
    default = VirtualHost.objects.get(is_default=True, account=host.account)
    said = machine.post(REQUESTS, body | {"virtualHostId": str(default.uuid)})
    assert _code(said) == "VIRTUAL_HOST_DELETE_ERROR"


def test_it_refuses_more_hosts_than_the_quota(machine, account, host):
    account.host_quota = 1
    account.save()
    body = {"accountId": "harbourline", "virtualHostUrl": "more", "operation": "CREATE"}
    assert _code(machine.post(REQUESTS, body)) == "VIRTUAL_HOST_CREATE_ERROR"


def test_a_reference_names_a_keystore_or_a_truststore(machine, keystore, truststore):
    for name, store, kind in (("k", "example-com", "KEYSTORE"), ("t", "partners", "TRUSTSTORE")):
        body = {"name": name, "certificateStoreName": store}
        made = machine.post(REFERENCES, body).json()["d"]
        assert (made["certificateStoreName"], made["storeType"]) == (store, kind)
    url = f"{REFERENCES}('k')"
    assert machine.put(url, {"certificateStoreName": "example-com"}).status_code == 204
    assert "UPDATE_FAILED" in _code(machine.put(url, {"certificateStoreName": "partners"}))
    made = machine.post(REQUESTS, CUSTOM | {"keyStoreName": "ref://k"}).json()["d"]
    assert made["keyStoreName"] == "ref://k"
    assert (
        _code(machine.delete(url)) == "CERTIFICATE_STORE_REFERENCE_LINKED_VIRTUAL_HOST_LINK_VALIDATION_ERROR"
    )
