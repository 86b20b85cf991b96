"""A private key that is written beside files is refused, and no page shows it again."""

import pytest
from django.core import mail
from django.urls import reverse

from certificates.models import Upload
from certificates.services.uploads import MAX_BYTES
from certificates.testing.hierarchy import PARTNER
from incidents.models import Event
from incidents.tests.cast import raised, token_in

pytestmark = pytest.mark.django_db
SECRET = PARTNER.key_pem.splitlines()[1]


@pytest.fixture
def pages(owner, host, worker, client, owner_client):
    """Where files are sent with a message, and by whom."""
    with worker():
        incident = raised(owner)
    return {
        "partner": (client, reverse("incidents:secure", args=[token_in(mail.outbox[-1])])),
        "member": (owner_client, reverse("incidents:upload", args=[incident.uuid])),
    }


@pytest.mark.parametrize("who", ["partner", "member"])
@pytest.mark.parametrize(
    "files",
    [
        pytest.param([("a.pem", PARTNER.pem)], id="beside a sound file"),
        pytest.param([("a.key", PARTNER.key_pem)], id="beside a key"),
        pytest.param([("a.pem", b"x" * (MAX_BYTES + 1))], id="beside a file that is too large"),
        pytest.param([(f"{n}.pem", PARTNER.pem) for n in range(11)], id="beside too many files"),
    ],
)
def test_it_is_not_shown_again(pages, who, files, file):
    sender, url = pages[who]
    body = {"files": [file(*each) for each in files], "message": f"Here it is: {PARTNER.key_pem}"}
    answer = sender.post(url, body)
    assert answer.templates[0].name in ("incidents/secure.html", "incidents/upload.html")
    assert SECRET not in answer.content.decode()
    assert not Upload.objects.exists()
    assert SECRET not in str(list(Event.objects.values()))


@pytest.mark.parametrize("who", ["partner", "member"])
def test_it_says_so_and_what_to_do(pages, who, file):
    sender, url = pages[who]
    text = sender.post(
        url, {"files": [file("a.pem", PARTNER.pem)], "message": PARTNER.key_pem}
    ).content.decode()
    assert "This text holds a private key. It was not kept." in text
    assert "write the text without the key" in text


@pytest.mark.parametrize("who", ["partner", "member"])
def test_it_keeps_a_message_without_a_key(pages, who, file):
    sender, url = pages[who]
    body = {"files": [file("a.key", PARTNER.key_pem)], "message": "The key is beside it."}
    assert "The key is beside it." in sender.post(url, body).content.decode()
