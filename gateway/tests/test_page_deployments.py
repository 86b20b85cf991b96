"""The pages of deployments: a plan, what it changes, how far it is, what proves it."""

from django.urls import reverse

from accounts.permissions import Role
from gateway import services
from gateway.models import Deployment
from gateway.tests.page_cast import deployed, node, planned, proves
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


def page(deployment, name="deployment"):
    return reverse(f"gateway:{name}", args=[deployment.uuid])


def test_it_plans_a_deployment_and_shows_it(owner_client, host):
    answer = owner_client.post(reverse("gateway:plan"), {"note": "a new anchor"})
    made = Deployment.objects.get()
    assert (made.status, made.note) == ("planned", "a new anchor")
    assert answer.url == page(made)


def test_it_keeps_a_note_that_is_too_long(owner_client, host):
    answer = owner_client.post(reverse("gateway:plan"), {"note": "x" * 501})
    assert b"x" * 501 in answer.content
    assert "note" in answer.context["form"].errors
    assert not Deployment.objects.exists()


def test_it_lists_deployments_newest_first(owner_client, owner, host):
    first, second = planned(owner), planned(owner)
    text = owner_client.get(reverse("gateway:deployments")).content.decode()
    assert text.index(f"Deployment {second.number}") < text.index(f"Deployment {first.number}")


def test_it_lists_30_with_as_many_queries_as_3(owner_client, owner, host, queries_of):
    def look():
        assert owner_client.get(reverse("gateway:deployments")).status_code == 200

    for number in range(3):
        Deployment.objects.create(account=owner.account, number=number + 1, actor="x")
    few = queries_of(look)
    for number in range(3, 30):
        Deployment.objects.create(account=owner.account, number=number + 1, actor="x")
    assert queries_of(look) == few


def test_it_shows_what_changes_and_the_chain_without_a_secret(owner_client, owner, host):
    text = owner_client.get(page(planned(owner))).content.decode()
    assert "new host" in text
    assert "filter_chain_match" in text
    assert "PRIVATE KEY" not in text


def test_it_says_that_nothing_would_change(owner_client, reader_client, owner, host):
    assert "Nothing would change" not in owner_client.get(page(planned(owner))).content.decode()
    deployed(owner)
    same = planned(owner)
    assert "Nothing would change. You need not deploy it." in owner_client.get(page(same)).content.decode()
    assert "Nobody needs to deploy it." in reader_client.get(page(same)).content.decode()


def test_it_polls_while_the_portal_works_and_stops_when_it_is_a_persons_turn(owner_client, owner, host):
    waiting = Deployment.objects.create(account=owner.account, number=9, actor="x")
    assert b'hx-trigger="every 1s"' in owner_client.get(page(waiting, "progress")).content
    assert b"hx-trigger" not in owner_client.get(page(planned(owner), "progress")).content


def test_it_loads_anew_when_the_deployment_moved_on(owner_client, owner, host):
    ready = planned(owner)
    answer = owner_client.get(page(ready, "progress") + "?seen=checking")
    assert answer["HX-Refresh"] == "true"
    assert "HX-Refresh" not in owner_client.get(page(ready, "progress") + "?seen=ready")


def test_it_shows_each_nodes_proof_and_calls(owner_client, owner, host):
    text = owner_client.get(page(deployed(owner))).content.decode()
    assert "Proven on 1 of 1 node" in text
    assert "400 client_certificate_refused" in text
    assert "41 ms" in text


def test_it_claims_no_calls_where_nothing_changed(owner_client, owner, host):
    deployed(owner)
    one, same = node(), planned(owner)
    said = owner_client.post(page(same, "start"), follow=True).content.decode()
    assert "Nothing changes on the gateway, so nothing is called." in said
    proves(one)
    text = owner_client.get(page(same)).content.decode()
    assert "Taken by 1 of 1 node. Nothing changed on the gateway, so nothing was called." in text
    assert "by real calls" not in text


def test_it_claims_no_calls_where_a_host_only_went_away(owner_client, owner, host):
    deployed(owner)
    submit(actor=owner, wish=Wish(Operation.DELETE, "", host=str(host.uuid)))
    without = planned(owner)
    services.start(actor=owner, deployment=without)
    proves(node())
    text = owner_client.get(page(without)).content.decode()
    assert "No host that is served was new or changed, so none was called." in text


def test_it_says_why_a_deployment_was_rejected(owner_client, owner, host):
    rejected = Deployment.objects.create(
        account=owner.account, number=7, actor="x", status="rejected", problem="local: port taken."
    )
    text = owner_client.get(page(rejected)).content.decode()
    assert "local: port taken." in text
    assert "Plan again" in text


def test_it_hides_deployments_from_a_stranger(stranger_client, owner, host):
    made = planned(owner)
    for name in ("deployment", "progress", "start"):
        assert stranger_client.get(page(made, name)).status_code == 404


def test_it_lets_a_reader_look_and_not_plan(reader_client, owner, host):
    node()
    text = reader_client.get(page(planned(owner))).content.decode()
    assert reverse("gateway:start", args=[Deployment.objects.get().uuid]) not in text
    assert reader_client.post(reverse("gateway:plan")).status_code == 403


def test_it_shows_a_consumer_nothing(owner_client, owner_user, host):
    owner_user.memberships.update(role=Role.CONSUMER)
    assert owner_client.get(reverse("gateway:deployments")).status_code in (403, 404)
