"""A reference that a host trusts by stays."""

import pytest

from certificates.services.references import create_reference
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db


def test_it_deletes_a_reference_only_when_no_host_uses_it(owner, owner_api, truststore):
    reference = create_reference(actor=owner, name="in-force", truststore=truststore)
    url = f"/api/v1/references/{reference.uuid}/"
    wish = Wish(Operation.CREATE, "orders", client_auth="required", trust="ref://in-force")
    host = submit(actor=owner, wish=wish).host
    refusal = owner_api.delete(url)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "reference_in_use")
    submit(actor=owner, wish=Wish(Operation.UPDATE, "", client_auth="off", host=str(host.uuid)))
    assert owner_api.delete(url).status_code == 204
