"""The page of an incident: whose turn, what people do in it, and who may."""

import pytest
from django.core import mail
from django.urls import reverse

from incidents.evidence import collect, freeze
from incidents.models import Incident
from incidents.services import raising
from incidents.tests.cast import accepted, deployed, raised, uploaded

pytestmark = pytest.mark.django_db
ACTS = ["comment", "ask", "link_new", "link_revoke", "withdraw"]


@pytest.fixture
def incident(owner, host):
    return raised(owner)


def page(incident, name="detail"):
    return reverse(f"incidents:{name}", args=[incident.uuid])


def turn(client, incident):
    return client.get(page(incident)).context["case"].turn


def test_it_waits_for_the_partner_first(owner_client, incident):
    answer = owner_client.get(page(incident))
    assert answer.context["case"].turn.whose == "them"
    assert "OPU-API-OD-OPS" in answer.content.decode()


def test_it_offers_a_new_link_when_none_is_open(owner_client, incident):
    owner_client.post(page(incident, "link_revoke"))
    assert turn(owner_client, incident).url == page(incident, "link_new")


def test_it_leads_to_the_upload_when_it_is_our_turn(owner_client, worker, incident, partner):
    upload = uploaded(worker, incident, partner)
    assert turn(owner_client, incident).url == reverse("incidents:review", args=[incident.uuid, upload.uuid])


def test_it_offers_the_deployment_after_acceptance_to_who_may_deploy(
    owner, owner_client, reader_client, worker, incident, partner
):
    accepted(owner, incident, uploaded(worker, incident, partner), partner)
    assert (turn(owner_client, incident).url, turn(owner_client, incident).post) == (
        reverse("gateway:plan"),
        True,
    )
    assert not turn(reader_client, incident).act


def test_it_shows_what_is_seen_and_what_is_waited_for(owner, owner_client, worker, incident, partner):
    accepted(owner, incident, uploaded(worker, incident, partner), partner)
    with worker():
        deployed(owner)
    case = owner_client.get(page(incident)).context["case"]
    assert case.seen_words == "3 of 4 seen"
    assert case.steps[4] == {"label": "Prove", "state": "now"}


def test_it_shows_the_evidence_as_it_was_when_it_closed(owner_client, incident):
    facts = [fact | {"seen": True, "text": "as it was"} for fact in freeze(collect(incident))]
    Incident.objects.filter(pk=incident.pk).update(status="closed", evidence=facts)
    answer = owner_client.get(page(incident))
    assert answer.content.decode().count("as it was") == 4
    assert answer.context["case"].turn.whose == "done"


def test_it_asks_for_news_only_as_long_as_there_may_be_some(owner, owner_client, incident):
    assert page(incident, "live") in owner_client.get(page(incident)).content.decode()
    raising.withdraw(actor=owner, incident=incident, reason="not needed")
    assert page(incident, "live") not in owner_client.get(page(incident)).content.decode()
    assert b"hx-trigger" not in owner_client.get(page(incident, "live")).content


def test_it_sends_news_only_when_something_changed(owner, owner_client, incident):
    seen = owner_client.get(page(incident)).context["case"].stamp
    assert owner_client.get(page(incident, "live"), {"seen": seen}).status_code == 204
    raising.comment(actor=owner, incident=incident, text="Any news?")
    answer = owner_client.get(page(incident, "live"), {"seen": seen})
    assert "Any news?" in answer.content.decode()


def test_it_keeps_a_comment_for_the_queue_apart(owner_client, incident):
    owner_client.post(page(incident, "comment"), {"text": "Call them.", "internal": "on"})
    assert incident.events.first().internal
    assert "only for the queue" in owner_client.get(page(incident)).content.decode()


def test_it_names_the_field_of_an_empty_comment(owner_client, incident):
    answer = owner_client.post(page(incident, "comment"), {"text": " "})
    assert "text" in answer.context["form"].errors


def test_it_asks_the_partner_with_a_new_link(owner_client, worker, incident):
    with worker():
        owner_client.post(page(incident, "ask"), {"text": "Please send the chain."})
    assert "Please send the chain." in mail.outbox[-1].body


def test_it_never_shows_the_address_of_the_link(owner_client, worker, incident):
    with worker():
        owner_client.post(page(incident, "link_new"))
    token = mail.outbox[-1].body.split("/s/")[1].split("/")[0]
    assert token not in owner_client.get(page(incident)).content.decode()


def test_it_wants_a_reason_before_it_is_withdrawn(owner_client, incident):
    answer = owner_client.post(page(incident, "withdraw"), {"reason": ""})
    assert "reason" in answer.context["form"].errors
    owner_client.post(page(incident, "withdraw"), {"reason": "The partner left."})
    assert "The partner left." in owner_client.get(page(incident)).content.decode()


def test_it_says_why_nothing_was_changed(owner_client, incident):
    owner_client.post(page(incident, "link_revoke"))
    answer = owner_client.post(page(incident, "link_revoke"), follow=True)
    assert "No secure link is open." in answer.content.decode()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("who", "status"), [("reader_client", 403), ("stranger_client", 404)])
def test_it_refuses_who_may_not_act(request, incident, who, status, act):
    client = request.getfixturevalue(who)
    before = incident.events.count()
    assert client.post(page(incident, act), {"text": "x", "reason": "x"}).status_code == status
    assert incident.events.count() == before


def test_it_shows_a_reader_the_case_without_buttons(reader_client, incident):
    text = reader_client.get(page(incident)).content.decode()
    assert not [act for act in ACTS if f'"{page(incident, act)}"' in text]


def test_it_is_hidden_from_a_stranger(stranger_client, incident):
    assert stranger_client.get(page(incident)).status_code == 404
    assert stranger_client.get(page(incident, "live")).status_code == 404


def test_it_loads_anew_when_it_has_ended(owner, owner_client, incident):
    seen = owner_client.get(page(incident)).context["case"].stamp
    assert "HX-Refresh" not in owner_client.get(page(incident, "live"))
    raising.withdraw(actor=owner, incident=incident, reason="not needed")
    assert owner_client.get(page(incident, "live"), {"seen": seen})["HX-Refresh"] == "true"
