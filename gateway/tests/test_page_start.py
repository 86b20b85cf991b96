"""Before a deployment starts, the page says who would feel it, and asks twice where somebody is refused."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from catalog.services import create_proxy
from gateway.models import Deployment, Sighting
from gateway.tests.page_cast import deployed, node, planned
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit


def page(deployment):
    return reverse("gateway:start", args=[deployment.uuid])


@pytest.fixture
def locking(owner, host, truststore):
    """A plan that makes the live host ask for certificates; three calls came without one."""
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    deployed(owner)
    now = datetime.now(UTC)
    seen = {
        "host": host,
        "node": node(),
        "outcome": "served",
        "count": 3,
        "first_seen": now,
        "last_seen": now,
    }
    Sighting.objects.create(**seen)
    wish = Wish(
        Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.REQUIRED, trust="partners"
    )
    submit(actor=owner, wish=wish)
    deployment = Deployment.objects.get(pk=planned(owner).pk)
    assert deployment.status == "ready", deployment.problem
    return deployment


def test_it_says_who_would_newly_be_asked(owner_client, locking):
    answer = owner_client.get(page(locking))
    assert "data-confirm-any-case" in answer.content.decode()
    (row,) = answer.context["impact"].locked
    assert (row.name, row.proxies, row.calls) == ("partners.harbourline.test", ["Orders"], 3)
    assert "without a trusted certificate is refused" in answer.content.decode()


def test_it_does_not_start_on_a_wrong_name(owner_client, locking):
    answer = owner_client.post(page(locking), {"confirmation": "deployment"})
    locking.refresh_from_db()
    assert locking.status == "ready"
    assert "as it is written above" in answer.content.decode()


@pytest.mark.parametrize("typed", [str, lambda d: f" Deployment {d.number} ", lambda d: str(d).upper()])
def test_it_starts_on_the_right_name_in_any_case(owner_client, locking, typed):
    answer = owner_client.post(page(locking), {"confirmation": typed(locking)})
    locking.refresh_from_db()
    assert locking.status == "delivering"
    assert answer.url == reverse("gateway:deployment", args=[locking.uuid])


def test_it_starts_at_once_where_nobody_is_refused(owner_client, owner, host):
    made = planned(owner)
    node()
    owner_client.post(page(made))
    made.refresh_from_db()
    assert made.status == "delivering"


def test_it_asks_twice_before_something_goes_away(owner_client, owner, host):
    proxy = create_proxy(
        actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9"
    )
    deployed(owner)
    proxy.delete()
    answer = owner_client.get(page(planned(owner)))
    assert answer.context["impact"].removed == ["partners.harbourline.test/o"]
    assert b'name="confirmation"' in answer.content


def test_it_says_when_there_is_no_node(owner_client, owner, host):
    made = planned(owner)
    answer = owner_client.post(page(made), follow=True)
    assert "No gateway node is known" in answer.content.decode()


def test_it_does_not_start_what_is_live(owner_client, owner, host):
    live = deployed(owner)
    answer = owner_client.post(page(live), follow=True)
    assert "cannot be started" in answer.content.decode()


def test_it_refuses_a_reader(reader_client, locking):
    assert reader_client.get(page(locking)).status_code == 403
    assert reader_client.post(page(locking), {"confirmation": str(locking)}).status_code == 403
    locking.refresh_from_db()
    assert locking.status == "ready"
