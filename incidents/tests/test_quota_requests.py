"""More hosts: asked for, granted with one button."""

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEntry
from incidents.models import QuotaRequest
from incidents.services import quota

pytestmark = pytest.mark.django_db
API, PAGE = "/api/v1/quota-requests/", reverse("incidents:quota")
ASKED = {"wanted": 120, "reason": "customs partners"}


def _quota():
    return Account.objects.get(subdomain="harbourline").host_quota


def test_it_is_asked_for_and_granted_in_the_browser(owner_client):
    owner_client.post(PAGE, ASKED)
    made = QuotaRequest.objects.get()
    assert "customs partners" in owner_client.get(PAGE).content.decode()
    owner_client.post(reverse("incidents:quota_answer", args=[made.uuid, "grant"]))
    assert _quota() == 120
    assert AuditEntry.objects.filter(action="quota_request:granted").exists()
    owner_client.post(reverse("incidents:quota_answer", args=[made.uuid, "refuse"]))
    made.refresh_from_db()
    assert (made.status, _quota()) == ("granted", 120)


def test_it_is_refused_by_rest_and_the_quota_stays(owner_api):
    made = owner_api.post(API, ASKED).json()
    assert (made["label"], made["component"], made["status"]) == ("QR-1", "OPU-API-OD-OPS", "waiting")
    assert owner_api.post(f"{API}{made['uuid']}/refuse/", {}).json()["status"] == "refused"
    assert owner_api.post(f"{API}{made['uuid']}/grant/", {}).status_code == 409
    assert _quota() == 100


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"wanted": 100}, "wanted"),
        ({"wanted": 1001}, "wanted"),
        ({"wanted": "x"}, "wanted"),
        ({"reason": ""}, "reason"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, owner_client, change, field):
    assert owner_api.post(API, ASKED | change).json()["errors"][0]["field"] == field
    assert field in owner_client.post(PAGE, ASKED | change).context["form"].errors


def test_one_waits_at_a_time(owner, owner_api):
    quota.ask(actor=owner, **ASKED)
    assert owner_api.post(API, ASKED).json()["code"] == "quota_asked"


def test_it_is_hidden_from_strangers_and_closed_to_readers(
    owner, stranger_api, stranger_client, reader_client
):
    made = quota.ask(actor=owner, **ASKED)
    url = reverse("incidents:quota_answer", args=[made.uuid, "grant"])
    assert stranger_client.post(url).status_code == 404
    assert stranger_api.post(f"{API}{made.uuid}/grant/", {}).status_code == 404
    assert stranger_api.get(f"{API}{made.uuid}/").status_code == 404
    assert stranger_api.get(API).json()["count"] == 0
    assert reader_client.post(url).status_code == 403
    assert reader_client.post(PAGE, ASKED).status_code == 403
    assert _quota() == 100
