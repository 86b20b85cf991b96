"""The page on which a person gives roles and accepts."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from certificates.models import Truststore, Upload
from certificates.services.truststores import create_truststore
from certificates.services.uploads import judge_upload
from certificates.testing.hierarchy import EXPIRED, ISSUING
from incidents.presentation import being_checked
from incidents.services import acceptance, links
from incidents.tests.cast import raised, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(owner, host):
    return raised(owner)


@pytest.fixture
def upload(worker, incident, partner):
    return uploaded(worker, incident, partner)


def page(incident, upload, name="review"):
    return reverse(f"incidents:{name}", args=[incident.uuid, upload.uuid])


def chosen(partner, **more):
    return {f"role-{partner.fingerprint}": "client", "truststore": "new", "new_name": "clients"} | more


def test_it_suggests_the_safest_role(owner_client, incident, upload, partner):
    form = owner_client.get(page(incident, upload)).context["form"]
    assert form[f"role-{partner.fingerprint}"].value() == "client"


def test_it_offers_only_roles_that_fit(owner_client, worker, incident, partner):
    files = [("chain.pem", (partner.pem + ISSUING.pem + EXPIRED.pem).encode())]
    with worker():
        upload = links.upload_through_link(link=incident.links.first(), files=files)
    fields = owner_client.get(page(incident, upload)).context["form"].fields
    offered = {
        identity: [value for value, _ in fields[f"role-{identity.fingerprint}"].choices]
        for identity in (partner, ISSUING, EXPIRED)
    }
    assert offered == {partner: ["", "client"], ISSUING: ["", "anchor", "intermediate"], EXPIRED: [""]}


def test_it_imports_into_a_new_truststore(owner_client, incident, upload, partner):
    owner_client.post(page(incident, upload), chosen(partner))
    store = Truststore.objects.get(name="clients")
    assert store.current.entries.get().certificate.fingerprint == partner.fingerprint
    incident.refresh_from_db()
    incident.host.refresh_from_db()
    assert incident.status == "enabling"
    assert incident.host.client_auth == "required"


def test_it_imports_into_one_that_exists(owner, owner_client, incident, upload, partner):
    store = create_truststore(actor=owner, name="shared")
    owner_client.post(page(incident, upload), chosen(partner, truststore=str(store.uuid)))
    incident.refresh_from_db()
    assert incident.version.truststore == store


def test_it_leaves_no_new_truststore_behind_when_it_is_refused(owner_client, incident, upload, partner):
    answer = owner_client.post(page(incident, upload), chosen(partner) | {f"role-{partner.fingerprint}": ""})
    assert "nobody would get in" in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
    assert not Truststore.objects.exists()


def test_it_names_the_field_of_a_bad_name(owner_client, incident, upload, partner):
    answer = owner_client.post(page(incident, upload), chosen(partner, new_name="not a name!"))
    assert "new_name" in answer.context["form"].errors


def test_it_takes_no_truststore_of_another_account(owner_client, stranger, incident, upload, partner):
    theirs = create_truststore(actor=stranger, name="theirs")
    answer = owner_client.post(page(incident, upload), chosen(partner, truststore=str(theirs.uuid)))
    assert "truststore" in answer.context["form"].errors


def test_it_accepts_only_once(owner_client, incident, upload, partner):
    owner_client.post(page(incident, upload), chosen(partner))
    answer = owner_client.post(page(incident, upload), chosen(partner))
    assert "is not waiting to be checked" in answer.content.decode()
    assert not answer.context["may_accept"]


def test_it_takes_files_that_a_member_hands_in(owner_client, worker, file, incident, partner):
    with worker():
        answer = owner_client.post(
            reverse("incidents:upload", args=[incident.uuid]),
            {"files": [file("a.pem", partner.pem)], "message": "came by mail"},
        )
    assert answer["Location"] == page(incident, incident.uploads.get().upload)
    assert incident.events.filter(text="came by mail").exists()


def test_it_shows_a_reader_the_report_without_the_form(reader_client, incident, upload, partner):
    answer = reader_client.get(page(incident, upload))
    assert not answer.context["may_accept"]
    assert reader_client.post(page(incident, upload), chosen(partner)).status_code == 403


def test_it_is_hidden_from_a_stranger(stranger_client, incident, upload, partner):
    assert stranger_client.get(page(incident, upload)).status_code == 404
    assert stranger_client.get(page(incident, upload, "progress")).status_code == 404
    assert stranger_client.post(page(incident, upload), chosen(partner)).status_code == 404


def test_it_shows_no_upload_of_another_incident(owner, owner_client, incident, upload):
    assert owner_client.get(page(raised(owner), upload)).status_code == 404


def test_it_waits_until_the_incident_has_followed_the_judgement(owner, owner_client, incident, partner):
    files = [("a.pem", partner.pem.encode())]
    upload = links.upload_as_member(actor=owner, incident=incident, files=files)
    judge_upload(upload=upload, at=datetime.now(UTC))
    assert not owner_client.get(page(incident, upload)).context["is_ready"]
    assert "HX-Refresh" not in owner_client.get(page(incident, upload, "progress"))
    acceptance.upload_judged(upload=upload)
    assert owner_client.get(page(incident, upload)).context["is_ready"]
    assert owner_client.get(page(incident, upload, "progress"))["HX-Refresh"] == "true"


def test_it_shows_roles_also_when_the_judgement_comes_while_it_looks(
    owner, owner_client, incident, partner, monkeypatch
):
    files = [("a.pem", partner.pem.encode())]
    upload = links.upload_as_member(actor=owner, incident=incident, files=files)

    def meanwhile(looked_at):
        fresh = Upload.objects.get(pk=upload.pk)
        judge_upload(upload=fresh, at=datetime.now(UTC))
        acceptance.upload_judged(upload=fresh)
        return being_checked(looked_at)

    monkeypatch.setattr("incidents.views.review.being_checked", meanwhile)
    context = owner_client.get(page(incident, upload)).context
    assert (context["is_ready"], context["may_accept"], len(context["report"].lines)) == (True, True, 1)
