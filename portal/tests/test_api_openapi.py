"""The OpenAPI document: committed, in step with the code, and without a warning."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

COMMITTED = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.yaml"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    file = tmp_path_factory.mktemp("openapi") / "openapi.yaml"
    call_command(
        "spectacular", custom_settings="portal.api.OPENAPI", validate=True, fail_on_warn=True, file=str(file)
    )
    return file.read_text()


def test_it_is_in_step_with_the_code(generated):
    assert COMMITTED.read_text() == generated, "Run bin/openapi and commit docs/api/openapi.yaml."


def test_it_is_openapi_3_1_1(generated):
    assert yaml.safe_load(generated)["openapi"] == "3.1.1"


def test_it_names_the_scope_of_an_operation(generated):
    document = yaml.safe_load(generated)
    security = document["paths"]["/api/v1/host-requests/"]["post"]["security"]
    assert {"serviceKey": ["hosts:request"]} in security
    flow = document["components"]["securitySchemes"]["serviceKey"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/oauth/token/"


def test_it_describes_errors_as_problem_documents(generated):
    errors = yaml.safe_load(generated)["paths"]["/api/v1/truststores/"]["post"]["responses"]
    for status in ("400", "401", "403", "409"):
        schema = errors[status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.django_db
def test_it_is_served(api):
    answer = api.get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Countersign"
