"""What is waived may be accepted; the partner reads nothing of who waived it and why."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from certificates.services.truststores import create_truststore
from certificates.services.uploads import judge_again
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, REASON, waived
from common.errors import DomainError
from incidents.services import acceptance, links
from incidents.tests.cast import raised, token_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(owner, host, worker):
    with worker():
        return raised(owner)


@pytest.fixture
def upload(incident, worker):
    files = [("chain.pem", (CLIENT.pem + NEEDLESS_CA.pem).encode())]
    with worker():
        upload = links.upload_through_link(link=incident.links.first(), files=files)
    incident.refresh_from_db()
    return upload


def accept(owner, incident, upload, store="clients"):
    acceptance.accept(
        actor=owner,
        incident=incident,
        upload=upload,
        roles={NEEDLESS_CA.fingerprint: "anchor"},
        truststore=create_truststore(actor=owner, name=store),
        at=datetime.now(UTC),
    )


def review(incident, upload):
    return reverse("incidents:review", args=[incident.uuid, upload.uuid])


def test_it_is_accepted_only_once_it_is_waived(owner, incident, upload):
    with pytest.raises(DomainError, match="A CA key of the kind"):
        accept(owner, incident, upload)
    waived(owner)
    accept(owner, incident, upload, "others")
    incident.refresh_from_db()
    assert incident.status == "enabling"


def test_it_may_get_a_role_on_the_page_once_it_is_waived(owner, owner_client, incident, upload):
    field = f"role-{NEEDLESS_CA.fingerprint}"
    assert owner_client.get(review(incident, upload)).context["form"].fields[field].disabled
    waived(owner)
    offered = owner_client.get(review(incident, upload)).context["form"].fields[field].choices
    assert [value for value, _ in offered] == ["", "anchor", "intermediate"]


def test_it_is_not_called_sound(owner, owner_client, incident, upload):
    waived(owner)
    case = owner_client.get(reverse("incidents:detail", args=[incident.uuid])).content.decode()
    assert f"{upload} is accepted by waiver." in case
    assert "It is accepted by waiver." in owner_client.get(review(incident, upload)).content.decode()


def test_it_waits_while_the_upload_is_checked_anew(owner, owner_client, incident, upload):
    upload.refresh_from_db()
    judge_again(actor=owner, upload=upload)
    assert not owner_client.get(review(incident, upload)).context["is_ready"]
    with pytest.raises(DomainError, match="is being checked"):
        accept(owner, incident, upload)


def test_it_tells_the_partner_nothing_of_the_waiver(owner, client, incident, upload, mailoutbox):
    waived(owner)
    text = client.get(f"/s/{token_in(mailoutbox[0])}/").content.decode()
    assert "A CA key of the kind Ed25519" in text
    assert "accepted all the same" in text
    assert REASON not in text
    assert "/waivers/" not in text
