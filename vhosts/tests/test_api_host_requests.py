"""Host requests on the REST API: the only way a host changes."""

import pytest

from certificates.services.references import create_reference
from vhosts.models import HostRequest, VirtualHost

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/host-requests/"


def test_it_creates_a_host(owner_api):
    answer = owner_api.post(REQUESTS, {"operation": "CREATE", "alias": "orders", "description": "for b2b"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["status"] == "completed"
    assert [move["new"] for move in made["moves"]] == ["completed"]
    host = VirtualHost.objects.get(uuid=made["host"])
    assert (host.alias, host.client_auth, host.description) == ("orders", "off", "for b2b")


def test_it_lets_a_host_require_certificates_by_name_or_reference(owner, owner_api, host, truststore):
    create_reference(actor=owner, name="in-force", truststore=truststore)
    for trust in ("partners", "ref://in-force"):
        wish = {"operation": "UPDATE", "host": str(host.uuid), "client_auth": "required", "trust": trust}
        assert owner_api.post(REQUESTS, wish).status_code == 201
        host = VirtualHost.objects.get(pk=host.pk)
        assert (host.client_auth, host.trust) == ("required", trust)


def test_it_lists_failed_requests_with_the_reason(owner_api, host):
    owner_api.post(REQUESTS, {"operation": "CREATE", "alias": "partners"})
    row = owner_api.get(REQUESTS).json()["results"][0]
    assert row["status"] == "failed"
    assert "partners" in row["problem"]
    assert (
        owner_api.get(f"{REQUESTS}{row['uuid']}/").json()["moves"][0]["reason"] == "VIRTUAL_HOST_CREATE_ERROR"
    )


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        ({"operation": "CREATE"}, 400, "alias"),
        ({"operation": "CREATE", "alias": "Not_Good"}, 400, "alias"),
        ({"operation": "CREATE", "alias": "x" * 64}, 400, "alias"),
        ({"operation": "CREATE", "alias": "default"}, 409, "alias"),
        ({"operation": "CREATE", "alias": "a", "client_auth": "required"}, 400, "trust"),
        ({"operation": "CREATE", "alias": "a", "client_auth": "required", "trust": "none"}, 400, "trust"),
        ({"operation": "CREATE", "alias": "a", "trust": "partners"}, 400, "trust"),
        ({"operation": "CREATE", "alias": "a", "client_auth": "off", "trust": "partners"}, 400, "trust"),
        ({"operation": "CREATE", "alias": "a", "client_auth": "maybe"}, 400, "client_auth"),
        ({"operation": "UPDATE", "alias": "a"}, 400, "host"),
        ({"operation": "UPDATE", "host": "nonsense"}, 400, "host"),
        ({"operation": "DELETE", "alias": "a"}, 400, "alias"),
        ({"operation": "DELETE"}, 400, "host"),
        ({"operation": "CREATE", "alias": "a", "status": "completed"}, 400, "status"),
        ({"operation": "CREATE", "alias": "a", "truststore": "partners"}, 400, "truststore"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, truststore, wish, status, field):
    answer = owner_api.post(REQUESTS, wish)
    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not VirtualHost.objects.filter(alias="a").exists()


def test_it_changes_no_host_of_another_account(stranger_api, host):
    wish = {"operation": "UPDATE", "host": str(host.uuid), "alias": "mine"}
    answer = stranger_api.post(REQUESTS, wish)
    assert (answer.status_code, answer.json()["code"]) == (400, "VHR_NO_COMPLETED_RECORD_FOUND")
    assert VirtualHost.objects.get(pk=host.pk).alias == "partners"


def test_it_hides_requests_from_strangers(stranger_api, host):
    request = HostRequest.objects.get(host=host)
    assert stranger_api.get(f"{REQUESTS}{request.uuid}/").status_code == 404
    assert {row["actor"] for row in stranger_api.get(REQUESTS).json()["results"]} == {"Portal"}


def test_it_takes_requests_from_a_machine_with_the_scope(key_api):
    answer = key_api("hosts:request").post(REQUESTS, {"operation": "CREATE", "alias": "orders"})
    assert (answer.status_code, answer.json()["actor"]) == (201, "service key pipeline")


def test_it_lists_any_number_of_requests_with_the_same_queries(owner_api, host, queries_of):
    before = queries_of(lambda: owner_api.get(REQUESTS))
    for alias in ("a", "b", "c"):
        owner_api.post(REQUESTS, {"operation": "CREATE", "alias": alias})
    assert queries_of(lambda: owner_api.get(REQUESTS)) == before
