"""Denials: set, spread to the nodes, carried by a deployment, taken back, over."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry
from catalog.models import Proxy
from catalog.services import create_proxy
from common.errors import Conflict
from gateway import compiling, denials, denied_lists
from gateway.denial_state import states_of
from gateway.models import Denial, Node
from gateway.tests.page_cast import deployed, node
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth
from vhosts.services import Wish, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked(owner, host, truststore):
    """The host requires certificates by the truststore and serves one proxy, live on one node."""
    wish = Wish(
        Operation.UPDATE, host.alias, host=str(host.uuid), client_auth=ClientAuth.REQUIRED, trust="partners"
    )
    submit(actor=owner, wish=wish)
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    deployed(owner)
    return host


@pytest.fixture
def denied(owner, locked, partner, worker):
    with worker():
        return denials.deny(actor=owner, fingerprint=partner.fingerprint, reason="its key was stolen")


def on_list(one: Node) -> list[str]:
    return json.loads(denied_lists.handover_path(one).read_text())["entries"]


def confirm(one: Node, trouble: str = "") -> None:
    one.refresh_from_db()
    denials.answered(
        node=one, version=one.denied_version, trouble=trouble, milliseconds=7, at=datetime.now(UTC)
    )


def status_of(denial: Denial) -> tuple[str, str]:
    denial = Denial.objects.get(pk=denial.pk)
    (state,) = states_of(denial.account, [denial])
    return state.status, state.sentence


def test_it_gives_the_nodes_the_list_at_once(owner, denied, partner):
    assert on_list(node()) == [f"{owner.account.uuid}:{partner.fingerprint}"]
    assert status_of(denied) == ("spreading", "Not confirmed yet by local.")
    confirm(node())
    assert status_of(denied) == ("in force", "Refused on every node.")
    (answer,) = denied.on_nodes.all()
    assert (answer.node.name, answer.milliseconds) == ("local", 7)


def test_it_names_what_it_knows_writes_it_down_and_tells_the_administrators(owner, owner_user, denied):
    assert (denied.name, denied.by, denied.certificate.common_name) == (
        "partner.example",
        "Owner",
        "partner.example",
    )
    entry = AuditEntry.objects.get(action="denial:set")
    assert (entry.actor, entry.details["reason"]) == ("Owner", "its key was stolen")
    (message,) = mail.outbox
    assert message.to == [owner_user.email]
    assert "partner.example" in message.body
    assert "its key was stolen" in message.body


def test_it_believes_no_answer_about_another_list(denied):
    denials.answered(node=node(), version="0" * 64, trouble="", milliseconds=1, at=datetime.now(UTC))
    assert status_of(denied)[0] == "spreading"


def test_it_says_why_a_node_has_not_confirmed(denied):
    confirm(node(), "Envoy did not take the list.")
    (state,) = states_of(denied.account, [denied])
    assert [(row.since, row.why) for row in state.nodes] == [(None, "Envoy did not take the list.")]


def test_it_flags_the_proxies_and_becomes_part_of_the_deployment(owner, denied, partner):
    proxy = Proxy.objects.get(name="Orders")
    assert proxy.needs_redeploy
    (why,) = proxy.reasons
    assert why.endswith(f"denied certificates none → {partner.fingerprint[:12]}, by Owner")
    number = deployed(owner).number
    denials.sweep()
    assert on_list(node()) == []
    assert status_of(denied) == ("deployed", f"Now part of deployment {number}.")


def test_it_comes_back_to_the_list_when_a_deployment_without_it_is_delivered(owner, locked, denied, partner):
    live = deployed(owner)
    denials.sweep()
    assert on_list(node()) == []
    gates = live.compiled["ir"]["gates"]
    for gate in gates:
        gate["denied"] = []
    live.pk, live.number, live.status, live.uuid = None, live.number + 1, "delivering", live.account.uuid
    live.save()
    assert len(denied_lists.list_for(node()).entries) == 1
    assert owner.account.pk in denied_lists.carried_by([owner.account.pk])


def test_it_is_taken_back_and_flags_what_still_carries_it(owner, denied, worker):
    deployed(owner)
    with worker():
        denials.lift(actor=owner, denial=denied)
    assert status_of(denied)[0] == "lifted"
    assert "still refuses it: deploy" in status_of(denied)[1]
    assert any("denied certificates" in why for why in Proxy.objects.get(name="Orders").reasons)
    deployed(owner)
    assert status_of(denied) == ("lifted", "Lifted by Owner.")
    with pytest.raises(Conflict):
        denials.lift(actor=owner, denial=denied)


def test_it_ends_by_itself(owner, denied, worker):
    Denial.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert compiling.snapshot.take(owner.account).denied == ()
    with worker():
        denials.sweep()
    assert on_list(node()) == []
    assert status_of(denied) == ("ended", "Its time is over.")
    assert AuditEntry.objects.get(action="denial:ended").actor == "Portal"


def test_it_can_be_set_anew_after_it_ended(owner, denied, partner):
    Denial.objects.update(until=timezone.now() - timedelta(seconds=1))
    again = denials.deny(actor=owner, fingerprint=partner.fingerprint, reason="again")
    assert again.pk != denied.pk


def test_it_is_not_set_twice(owner, denied, partner):
    with pytest.raises(Conflict) as refused:
        denials.deny(actor=owner, fingerprint=partner.fingerprint.upper(), reason="again")
    assert refused.value.code == "already_denied"
