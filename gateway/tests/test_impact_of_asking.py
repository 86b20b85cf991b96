"""A host that begins to ask: nobody was asked there so far, and the impact says that nobody can be named."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from gateway import schedules
from gateway.impact import impact_of
from gateway.models import Deployment, Schedule
from gateway.tests.page_cast import deployed, planned
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


@pytest.fixture(autouse=True)
def _no_envoy(monkeypatch):
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)


def ask(owner, host, mode):
    trust = None if mode == "off" else "partners"
    submit(actor=owner, wish=Wish(Operation.UPDATE, "", client_auth=mode, trust=trust, host=str(host.uuid)))


@pytest.fixture
def asking(owner, host, truststore):
    """A plan that makes the live host ask without insisting."""
    deployed(owner)
    ask(owner, host, "optional")
    return planned(owner)


def test_it_names_the_host_and_says_that_nobody_can_be_named(owner_client, host, asking):
    impact = impact_of(asking)
    assert (impact.asked, impact.locked, impact.shut_out) == ([host.name], [], [])
    assert "nobody can be named" in impact.sentence
    for page in ("deployment", "start"):
        text = owner_client.get(reverse(f"gateway:{page}", args=[asking.uuid])).content.decode()
        assert "Who sends a certificate there is not known" in text
        assert "Nobody who was seen is newly refused" not in text


def test_it_starts_only_after_the_name_was_typed(owner_client, asking):
    owner_client.post(reverse("gateway:start", args=[asking.uuid]), {"how": "now"})
    assert Deployment.objects.get(pk=asking.pk).status == "ready"


def test_it_does_not_start_at_its_time_unless_that_was_confirmed(owner, asking):
    schedules.schedule(actor=owner, deployment=asking, at=datetime.now(UTC) + timedelta(hours=1))
    Schedule.objects.update(at=datetime.now(UTC) - timedelta(seconds=1), confirmed={})
    schedules.start_due()
    kept = Deployment.objects.get(pk=asking.pk)
    assert kept.status == "ready"
    assert "would newly refuse certificates that are not trusted" in kept.problem


@pytest.mark.parametrize(
    ("before", "after"), [("off", "trial"), ("trial", "optional"), ("required", "optional")]
)
def test_it_says_so_only_where_nobody_was_asked_and_somebody_is_refused(
    owner, host, truststore, before, after
):
    ask(owner, host, before)
    deployed(owner)
    ask(owner, host, after)
    assert impact_of(planned(owner)).asked == []
