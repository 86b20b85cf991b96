"""One host's bad input holds up nobody: it keeps what is live, and the deployment says so."""

import pytest
from django.urls import reverse

from certificates.models import Keystore, ServerKey
from certificates.testing.hierarchy import PARTNER, SERVER_ONLY
from common import secrets
from gateway.tests.page_cast import deployed, node, planned
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit


@pytest.fixture
def own_keystore(owner, host):
    """The host with a keystore of its own, live beside the default host."""
    old = ServerKey.objects.get(keystore=host.keystore)
    own = Keystore.objects.create(account=owner.account, name="own")
    sound(own, old)
    VirtualHost.objects.filter(pk=host.pk).update(keystore=own)
    node()
    deployed(owner)
    return own


def sound(keystore, like, **changes):
    row = {"alias": like.alias, "certificate": like.certificate, "chain_pem": like.chain_pem}
    return ServerKey.objects.create(keystore=keystore, **row | {"sealed_key": like.sealed_key} | changes)


def renew(keystore, **changes):
    return sound(keystore, ServerKey.objects.filter(keystore=keystore).first(), **changes)


def kinds(deployment):
    return {(row["name"], row["kind"]) for row in deployment.changes if row["what"] == "host"}


@pytest.mark.parametrize(
    "broken",
    [{"chain_pem": "hello"}, {"sealed_key": secrets.seal(PARTNER.key_pem)}, {"chain_pem": SERVER_ONLY.pem}],
)
def test_it_keeps_a_host_whose_new_key_is_bad_and_deploys_the_others(owner, host, own_keystore, broken):
    renew(own_keystore, **broken)
    submit(actor=owner, wish=Wish(Operation.CREATE, "another"))
    plan = planned(owner)
    assert (plan.status, plan.problem) == ("ready", "")
    assert kinds(plan) == {(host.name, "kept"), ("another.harbourline.test", "new")}
    assert {p["effect"] for p in plan.compiled["problems"]} == {"keeps what is live"}


def test_it_leaves_out_a_bad_host_that_was_never_live(owner, own_keystore):
    bad = submit(actor=owner, wish=Wish(Operation.CREATE, "bad")).host
    other = Keystore.objects.create(account=owner.account, name="other")
    sound(other, ServerKey.objects.filter(keystore=own_keystore).first(), chain_pem="hello")
    VirtualHost.objects.filter(pk=bad.pk).update(keystore=other)
    submit(actor=owner, wish=Wish(Operation.CREATE, "good"))
    plan = planned(owner)
    assert plan.status == "ready"
    assert kinds(plan) == {("good.harbourline.test", "new")}


def test_it_says_on_the_page_and_by_rest_what_is_kept_and_why(
    owner, owner_client, owner_api, host, own_keystore
):
    renew(own_keystore, chain_pem="hello")
    plan = planned(owner)
    page = owner_client.get(reverse("gateway:deployment", args=[plan.uuid])).content.decode()
    assert "kept host" in page
    assert "The certificate chain of keystore own cannot be read" in page
    (row,) = owner_api.get(f"/api/v1/deployments/{plan.uuid}/").json()["changes"]
    assert (row["name"], row["kind"]) == (host.name, "kept")


def test_it_serves_the_kept_host_as_before(owner, host, own_keystore):
    before = deployed(owner).compiled["chains"][host.name]
    renew(own_keystore, chain_pem="hello")
    assert deployed(owner).compiled["chains"][host.name] == before
