"""The report of an upload says which of its certificates are in use today."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from certificates.services import uploads
from gateway.models import Node, Sighting
from vhosts.models import VirtualHost

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(owner, partner):
    upload = uploads.receive(account=owner.account, sender="Partner", files=[("a.pem", partner.pem.encode())])
    uploads.judge_upload(upload=upload, at=datetime.now(UTC))
    return reverse("certificates:upload", args=[upload.uuid])


def test_it_says_that_none_is(owner_client, page):
    assert "None of them is trusted today" in owner_client.get(page).content.decode()


def test_it_names_the_truststore_and_the_calls(owner_client, page, truststore, host, partner):
    node = Node.objects.create(name="here", port=8443)
    now = datetime.now(UTC)
    for outcome, count in (("served", 512), ("refused", 3)):
        Sighting.objects.create(
            host=host,
            node=node,
            fingerprint=partner.fingerprint,
            outcome=outcome,
            count=count,
            first_seen=now,
            last_seen=now,
        )
    text = " ".join(owner_client.get(page).content.decode().split())
    assert (
        f'href="{reverse("certificates:truststore", args=[truststore.uuid])}">partners</a> as client' in text
    )
    assert "512 calls, last" in text
    assert "3 calls, last" in text


def test_it_counts_no_calls_of_another_account(stranger, owner_client, page, partner):
    host = VirtualHost.objects.filter(account=stranger.account).first()
    node = Node.objects.create(name="here", port=8443)
    now = datetime.now(UTC)
    Sighting.objects.create(
        host=host,
        node=node,
        fingerprint=partner.fingerprint,
        outcome="served",
        count=9,
        first_seen=now,
        last_seen=now,
    )
    assert "None of them is trusted today" in owner_client.get(page).content.decode()
