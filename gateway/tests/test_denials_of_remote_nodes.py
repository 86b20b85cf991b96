"""A remote node is told whom to refuse, by the endpoint that it asks anyway, and answers there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gateway import denials, fleet
from gateway.agent.bundle import Wanted
from gateway.agent.denied import Denied
from gateway.endpoint import views
from gateway.models import Denial, DenialOnNode, Node
from gateway.tests.page_cast import deployed, node
from gateway.tests.test_node_endpoint import say


@pytest.fixture
def local(owner, host):
    deployed(owner)
    Node.objects.filter(pk=node().pk).update(remote=True)
    return node()


def ask(who: Node, **has: str):
    who.refresh_from_db()
    query = "&".join(f"{name}={value}" for name, value in has.items())
    request = views.WantedView.as_view()
    from rest_framework.test import APIRequestFactory, force_authenticate

    asked = APIRequestFactory().get(f"/?{query}")
    force_authenticate(asked, token=who)
    return request(asked)


def test_it_hears_of_a_denial_and_answers(local, owner, partner):
    first = ask(local).data
    has = {"have": first["version"], "denied": Denied.from_json(first["denied"]).version}
    assert first["denied"] == {"entries": []}
    assert ask(local, **has).status_code == 204
    denial = denials.deny(actor=owner, fingerprint=partner.fingerprint, reason="stolen")
    told = ask(local, **has).data
    assert told["denied"]["entries"] == [f"{owner.account.uuid}:{partner.fingerprint}"]
    assert Wanted.from_json(told).version == first["version"]
    body = {"version": Denied.from_json(told["denied"]).version, "trouble": "", "milliseconds": 4}
    assert say(views.DeniedView, local, body).status_code == 204
    assert DenialOnNode.objects.get(denial=denial).milliseconds == 4


def test_it_tells_nothing_of_accounts_of_other_cells(local, owner, partner):
    cell = fleet.add_cell(actor="operator", name="elsewhere")
    other = Node.objects.create(name="other", port=9443, cell=cell, remote=True)
    denials.deny(actor=owner, fingerprint=partner.fingerprint, reason="stolen")
    assert ask(other).data["denied"] == {"entries": []}


def test_it_tells_nothing_of_what_is_over(local, owner, partner):
    denials.deny(actor=owner, fingerprint=partner.fingerprint, reason="stolen")
    Denial.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert ask(local).data["denied"] == {"entries": []}
