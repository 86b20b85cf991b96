"""A secure link takes one upload, expires, and can be closed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from certificates.models import Upload
from certificates.services.uploads import PrivateKeySent
from common.errors import Conflict, NotFound
from incidents.access import get_link
from incidents.models import SecureLink
from incidents.services import links

from .cast import raised, token_in, uploaded


@pytest.fixture
def incident(owner, host, worker):
    with worker():
        return raised(owner)


def test_it_is_used_up_by_the_first_upload_that_is_kept(incident, worker, partner):
    uploaded(worker, incident, partner)
    link = incident.links.first()
    assert link.state == "used"
    with pytest.raises(Conflict):
        links.upload_through_link(link=link, files=[("again.pem", partner.pem.encode())])
    assert Upload.objects.count() == 1


def test_it_stays_open_when_a_private_key_was_refused(incident, partner):
    files = [("client.pem", (partner.pem + partner.key_pem).encode())]
    with pytest.raises(PrivateKeySent):
        links.upload_through_link(link=incident.links.first(), files=files)
    assert incident.links.first().state == "open"
    assert not Upload.objects.exists()
    assert "Nothing was kept" in incident.events.get(kind="key_refused").text


def test_it_takes_nothing_after_its_time(incident, partner):
    SecureLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    link = incident.links.first()
    assert link.state == "expired"
    with pytest.raises(Conflict):
        links.upload_through_link(link=link, files=[("client.pem", partner.pem.encode())])


def test_it_closes_the_one_before(owner, incident, worker, mailoutbox):
    old = token_in(mailoutbox[0])
    with worker():
        links.send_link(actor=owner, incident=incident)
    with pytest.raises(NotFound):
        get_link(old)
    assert get_link(token_in(mailoutbox[1])).state == "open"


def test_it_looks_alike_whether_unknown_or_revoked(owner, incident, mailoutbox):
    links.revoke_link(actor=owner, incident=incident)
    for token in (token_in(mailoutbox[0]), "never-given-out"):
        with pytest.raises(NotFound) as refusal:
            get_link(token)
        assert refusal.value.message.startswith("This link does not open.")


def test_it_is_not_used_up_by_opening(incident):
    link = incident.links.first()
    links.note_opened(link)
    link.refresh_from_db()
    assert (link.opened, link.state) == (1, "open")


def test_it_shows_its_report_no_more_once_it_is_closed(owner, incident, worker, partner, mailoutbox):
    uploaded(worker, incident, partner)
    links.revoke_link(actor=owner, incident=incident)
    with pytest.raises(NotFound):
        get_link(token_in(mailoutbox[0]))
