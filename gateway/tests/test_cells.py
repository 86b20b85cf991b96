"""A cell's nodes serve its accounts only; an account moves without a gap."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.actors import portal
from accounts.models import AuditEntry
from common.errors import Conflict
from gateway import cells, delivery, fleet, moving, services
from gateway.models import Deployment, Node
from gateway.tests.page_cast import deployed, planned

NOW = datetime.now(UTC)


@pytest.fixture
def live(owner, host):
    return deployed(owner)


@pytest.fixture
def other(db):
    cell = fleet.add_cell(actor="operator", name="north")
    return Node.objects.create(name="north-1", port=9443, cell=cell, remote=True, last_seen=NOW)


def digests(node):
    return delivery.wanted_of(Node.objects.get(pk=node.pk)).digests


def prove(node):
    node.refresh_from_db()
    services.proven(node=node, version=node.wanted_version, probes=[], at=NOW)


def test_it_gives_a_node_only_the_accounts_of_its_cell(live, other):
    assert digests(Node.objects.get(name="local")) == (live.digest,)
    assert digests(other) == ()


def test_it_waits_only_for_the_nodes_of_the_accounts_cell(live, other, owner):
    again = planned(owner)
    services.start(actor=owner, deployment=again)
    assert [proof.node.name for proof in again.proofs.all()] == ["local"]


def test_it_moves_an_account_only_when_the_new_cell_has_proved_it(live, other, owner):
    local = Node.objects.get(name="local")
    assert moving.assign(actor=portal(owner.account), cell=other.cell) is False
    assert digests(local) == digests(other) == (live.digest,)
    moving.finish()
    assert digests(local) == (live.digest,)  # nobody has proved it over there
    prove(other)
    assert (digests(local), digests(other)) == ((), (live.digest,))
    assert [proof.status for proof in live.proofs.filter(node=other)] == ["proven"]
    acts = AuditEntry.objects.filter(account=owner.account, action__startswith="account:cell")
    assert [entry.action for entry in acts] == ["account:cell_left", "account:cell_assigned"]


def test_it_asks_both_cells_for_proof_while_an_account_moves(live, other, owner):
    moving.assign(actor=portal(owner.account), cell=other.cell)
    again = planned(owner)
    services.start(actor=owner, deployment=again)
    assert {proof.node.name for proof in again.proofs.all()} == {"local", "north-1"}
    prove(other)
    assert len(cells.cells_of(owner.account)) == 2  # the delivery is on its way to the old cell as well
    prove(Node.objects.get(name="local"))
    services.give_back_stale()
    assert cells.cells_of(owner.account) == [other.cell]


def test_it_stays_where_it_is_while_the_new_cell_refuses(live, other, owner):
    moving.assign(actor=portal(owner.account), cell=other.cell)
    other.refresh_from_db()
    why = "The node’s own disk: No space left on device"
    services.refused(node=other, version=other.wanted_version, reason=why, probes=[], at=NOW, of_node=True)
    services.give_back_stale()
    assert digests(Node.objects.get(name="local")) == (live.digest,)
    assert live.proofs.get(node=other).reason == why
    live.refresh_from_db()
    assert live.status == "live"
    prove(other)  # the agent tries again by itself
    assert digests(Node.objects.get(name="local")) == ()


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda owner, other: None, "same_cell"),
        (lambda owner, other: Node.objects.filter(pk=other.pk).update(last_seen=None), "no_node"),
        (lambda owner, other: moving.assign(actor=portal(owner.account), cell=other.cell), "cell_moving"),
        (lambda owner, other: services.start(actor=owner, deployment=planned(owner)), "deployment_running"),
    ],
)
def test_it_says_why_an_account_cannot_move(live, other, owner, prepare, code):
    prepare(owner, other)
    cell = Node.objects.get(name="local").cell if code == "same_cell" else other.cell
    with pytest.raises(Conflict) as refusal:
        moving.assign(actor=portal(owner.account), cell=cell)
    assert refusal.value.code == code


def test_it_ends_a_delivery_whose_nodes_are_all_gone(owner, host):
    node, deployment = Node.objects.create(name="only", port=8443), planned(owner)
    services.start(actor=owner, deployment=deployment)
    node.delete()
    Deployment.objects.update(changed_at=NOW - timedelta(days=1))
    services.give_back_stale()
    deployment.refresh_from_db()
    assert (deployment.status, deployment.problem[:15]) == ("rejected", "No node is left")
