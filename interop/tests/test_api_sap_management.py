"""SAP's Management.svc: hosts to list, references to keep."""

import pytest

from certificates.services.references import create_reference
from certificates.services.truststores import create_truststore
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db
HOSTS = "/apiportal/api/1.0/Management.svc/VirtualHosts"
REFERENCES = "/apiportal/api/1.0/Management.svc/CertificateStoreReferences"
BODY = {"name": "in-force", "certificateStoreName": "partners"}


@pytest.fixture
def machine(key_api):
    return key_api("certificates:change", "certificates:read", "hosts:read")


@pytest.fixture
def reference(owner, truststore):
    return create_reference(actor=owner, name="in-force", truststore=truststore)


def _code(answer):
    assert answer.status_code == 400
    return answer.json()["error"]["code"]


def test_it_lists_hosts_with_the_documented_fields(owner, machine, reference, settings):
    wish = Wish(Operation.CREATE, "orders", client_auth="required", trust="ref://in-force")
    host = submit(actor=owner, wish=wish).host
    rows = machine.get(HOSTS).json()["d"]["results"]
    row = next(row for row in rows if row["id"] == str(host.uuid))
    assert (row["virtual_host"], row["virtual_port"]) == ("orders.harbourline.test", settings.GATEWAY_PORT)
    assert (row["isDefault"], row["isSSL"], row["isClientAuthEnabled"]) == (False, True, True)
    assert (row["trustStore"], row["keyStoreName"]) == ("ref://in-force", "default-domain")
    assert row["life_cycle"]["created_by"] == "Owner"
    assert [row["isDefault"] for row in rows].count(True) == 1


def test_it_lists_no_host_of_another_account(stranger_api, host):
    names = [row["virtual_host"] for row in stranger_api.get(HOSTS).json()["d"]["results"]]
    assert names == ["default.elsewhere.test"]


def test_it_creates_a_reference(machine, truststore):
    answer = machine.post(REFERENCES, BODY)
    assert answer.status_code == 201
    made = answer.json()["d"]
    assert (made["name"], made["certificateStoreName"], made["storeType"]) == (
        "in-force",
        "partners",
        "TRUSTSTORE",
    )
    assert made["__metadata"]["uri"].endswith("/CertificateStoreReferences('in-force')")


def test_it_lists_references(machine, reference):
    rows = machine.get(REFERENCES).json()["d"]["results"]
    assert [row["name"] for row in rows] == ["in-force"]


def test_it_points_a_reference_elsewhere(owner, machine, reference):
    create_truststore(actor=owner, name="next")
    for _ in range(2):
        answer = machine.put(f"{REFERENCES}('in-force')", {"certificateStoreName": "next"})
        assert (answer.status_code, answer.content) == (204, b"")
    reference.refresh_from_db()
    assert reference.truststore.name == "next"


def test_it_deletes_a_reference_only_when_no_host_uses_it(owner, machine, reference):
    wish = Wish(Operation.CREATE, "orders", client_auth="required", trust="ref://in-force")
    host = submit(actor=owner, wish=wish).host
    used = "CERTIFICATE_STORE_REFERENCE_LINKED_VIRTUAL_HOST_LINK_VALIDATION_ERROR"
    assert _code(machine.delete(f"{REFERENCES}('in-force')")) == used
    submit(actor=owner, wish=Wish(Operation.UPDATE, "", client_auth="off", host=str(host.uuid)))
    assert machine.delete(f"{REFERENCES}('in-force')").status_code == 204


def test_it_refuses_with_the_documented_codes(machine, reference):
    unknown = {"certificateStoreName": "nothing"}
    assert _code(machine.post(REFERENCES, BODY)) == "CERTIFICATE_STORE_REFERENCE_NAME_DUPLICATION_ERROR"
    assert _code(machine.post(REFERENCES, BODY | unknown)) == (
        "CERTIFICATE_STORE_REFERENCE_CREATE_FAILED_LINKED_CERTIFICATE_STORE_VALIDATION_ERROR"
    )
    assert _code(machine.put(f"{REFERENCES}('in-force')", unknown)) == (
        "CERTIFICATE_STORE_REFERENCE_UPDATE_FAILED_LINKED_CERTIFICATE_STORE_VALIDATION_ERROR"
    )
    for answer in (
        machine.put(f"{REFERENCES}('other')", {"certificateStoreName": "partners"}),
        machine.delete(f"{REFERENCES}('other')"),
    ):
        assert _code(answer) == "NO_SUCH_CERTIFICATE_STORE_REFERENCE_EXISTS"


def test_it_names_the_field_that_does_not_fit(machine, truststore):
    answer = machine.post(REFERENCES, {"name": "in-force"})
    assert _code(answer) == "BAD_REQUEST"
    assert "certificateStoreName" in answer.json()["error"]["message"]["value"]


def test_it_hides_references_from_strangers(stranger_api, reference):
    assert stranger_api.get(REFERENCES).json()["d"]["results"] == []
    missing = "NO_SUCH_CERTIFICATE_STORE_REFERENCE_EXISTS"
    assert (
        _code(stranger_api.put(f"{REFERENCES}('in-force')", {"certificateStoreName": "partners"})) == missing
    )
    assert _code(stranger_api.delete(f"{REFERENCES}('in-force')")) == missing


def test_it_lists_any_number_of_hosts_with_the_same_queries(owner, owner_api, host, queries_of):
    before = queries_of(lambda: owner_api.get(HOSTS))
    for alias in ("a", "b", "c"):
        submit(actor=owner, wish=Wish(Operation.CREATE, alias))
    assert queries_of(lambda: owner_api.get(HOSTS)) == before
