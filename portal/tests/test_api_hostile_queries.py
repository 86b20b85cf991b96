"""What people and scanners put behind a question mark is answered, never an error of ours."""

import pytest

from accounts.models import AuditEntry

pytestmark = pytest.mark.django_db
LISTS = [
    "members",
    "audit",
    "hosts",
    "truststores",
    "uploads",
    "proxies",
    "products",
    "deployments",
    "incidents",
]


@pytest.mark.parametrize("collection", LISTS)
@pytest.mark.parametrize(
    "query", ["search=%00", "search=%C2%B2", "search=INC-99999999999999999999", "offset=99999999999999999999"]
)
def test_it_answers_with_an_empty_or_whole_list(owner_api, collection, query):
    assert owner_api.get(f"/api/v1/{collection}/?{query}").status_code == 200


@pytest.mark.parametrize("body", ['{"operation": "CREATE", "alias": "\\ud800"}', "[" * 100_000])
def test_it_refuses_json_that_nobody_could_work_with(owner_api, body):
    answer = owner_api.post("/api/v1/host-requests/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_it_cuts_a_page_to_its_greatest_size(account, owner_api):
    AuditEntry.objects.bulk_create(
        AuditEntry(account=account, actor="x", action="x:y", subject="x") for _ in range(210)
    )
    assert len(owner_api.get("/api/v1/audit/?limit=100000").json()["results"]) == 200
    assert len(owner_api.get("/api/v1/audit/").json()["results"]) == 50


@pytest.mark.parametrize(("collection", "name"), [("proxies", "state"), ("incidents", "status")])
def test_it_names_a_word_it_does_not_know(owner_api, collection, name):
    answer = owner_api.get(f"/api/v1/{collection}/?{name}=nonsense")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [name]
