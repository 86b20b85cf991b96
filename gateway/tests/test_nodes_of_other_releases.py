"""A node whose release cannot take what the portal sends is named, and nothing is deployed past it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from common.errors import Conflict
from gateway import node_health, services
from gateway.agent.release import FORM, RELEASE
from gateway.endpoint import views
from gateway.lifecycle import DeploymentStatus
from gateway.models import Node
from gateway.tests.page_cast import deployed, node, planned
from gateway.tests.test_node_endpoint import say

BEAT = {"serving": "", "ready": True, "hosts": 1, "dropped": ""}
OLDER = f"runs an older release, the portal release {RELEASE} (form {FORM}): update it before the next"
NEWER = f"runs release 9.0.0 (form {FORM + 1}), the portal release {RELEASE} (form {FORM}): update the portal"


@pytest.fixture
def local(owner, host):
    deployed(owner)
    return node()


def beat(of, **told):
    """A heartbeat over the node endpoint."""
    assert say(views.Heartbeat, of, BEAT | told).status_code == 204
    of.refresh_from_db()
    return of


def words(answer):
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.mark.parametrize(("told", "said"), [({}, OLDER), ({"release": "9.0.0", "form": FORM + 1}, NEWER)])
def test_it_names_both_releases_and_what_to_update(local, owner_client, owner_api, told, said):
    beat(local, **told)
    for page in (reverse("gateway:nodes"), reverse("gateway:node", args=[local.uuid])):
        assert f"It {said}" in words(owner_client.get(page))
    (row,) = owner_api.get("/api/v1/nodes/").json()["results"]
    assert (row["status"], row["release"]) == ("other release", told.get("release", ""))
    assert said in row["why"]


def test_it_does_not_start_a_deployment_that_a_node_could_not_take(local, owner):
    deployment = planned(owner)
    beat(local)
    with pytest.raises(Conflict, match=r"^Node local runs an older release.* update it before") as refusal:
        services.start(actor=owner, deployment=deployment)
    assert refusal.value.code == "other_release"
    deployment.refresh_from_db()
    assert deployment.status == DeploymentStatus.READY
    beat(local, release=RELEASE, form=FORM)
    services.start(actor=owner, deployment=deployment)


def test_it_tells_who_deploys_on_the_page(local, owner, owner_client):
    deployment = planned(owner)
    beat(local)
    answer = owner_client.post(reverse("gateway:start", args=[deployment.uuid]), follow=True)
    assert "was not started Node local runs an older release" in words(answer)


def test_it_knows_since_when_until_the_node_is_updated(local):
    first = beat(local).other_release_since
    assert beat(local).other_release_since == first
    assert node_health.health_of(local).since == first
    assert beat(local, release=RELEASE, form=FORM).other_release_since is None
    assert local.events.first().text == f"It runs release {RELEASE} (form {FORM}) now."


def test_it_says_first_what_is_wrong_with_the_node_itself(local):
    beat(local)
    Node.objects.filter(pk=local.pk).update(trouble="The disk is full.")
    local.refresh_from_db()
    assert node_health.health_of(local).status == "refusing"
    assert node_health.health_of(local, datetime.now(UTC) + timedelta(minutes=5)).status == "no answer"


def test_it_tells_a_node_in_which_form_it_speaks(local):
    told = say(views.WantedView, local).data
    assert (told["form"], told["release"]) == (FORM, RELEASE)
