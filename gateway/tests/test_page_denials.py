"""The pages of denials: from a link to a list with what each node said, and back."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from gateway import denials
from gateway.models import Denial, Sighting
from gateway.tests.page_cast import node

LIST = "/denials/"
NEW = "/denials/new/"


@pytest.fixture
def wish(partner):
    return {"fingerprint": partner.fingerprint, "reason": "stolen", "hours": 24}


@pytest.fixture
def seen(host, partner):
    now = datetime.now(UTC)
    return Sighting.objects.create(
        host=host,
        node=node(),
        fingerprint=partner.fingerprint,
        subject="CN=partner.example,O=Partner",
        outcome="served",
        count=31,
        first_seen=now,
        last_seen=now,
    )


def confirm(client, wish, typed):
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    return client.post(f"{NEW}?{query}", {"confirmation": typed}, follow=True)


def test_it_starts_from_a_link_with_the_fingerprint(owner_client, partner):
    page = owner_client.get(NEW, {"fingerprint": partner.fingerprint})
    assert partner.fingerprint in page.content.decode()


def test_it_shows_who_is_concerned_before_it_asks(owner_client, seen, wish):
    page = owner_client.get(NEW, wish)
    (row,) = page.context["concerned"].callers
    assert (row["name"], row["calls"], row["detail"]) == ("partner.example", 31, f"on {seen.host.name}")
    assert b'name="confirmation"' in page.content
    assert not Denial.objects.exists()


def test_it_refuses_after_the_name_was_typed(owner_client, seen, wish):
    assert "exactly as it is written" in confirm(owner_client, wish, "partner").content.decode()
    assert not Denial.objects.exists()
    page = confirm(owner_client, wish, "partner.example").content.decode()
    assert "partner.example is refused everywhere" in page
    assert "Not confirmed yet by local." in page
    assert "not confirmed" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fingerprint": "zz"}, "64 hexadecimal digits"),
        ({"hours": 10_000}, "less than or equal to 720"),
        ({"reason": ""}, "required"),
    ],
)
def test_it_keeps_what_was_typed_when_something_does_not_fit(owner_client, wish, change, said):
    page = owner_client.get(NEW, wish | change).content.decode()
    assert said in page
    assert b'name="confirmation"' not in page.encode()


def test_it_takes_a_denial_back(owner, owner_client, wish):
    denial = denials.deny(actor=owner, **wish)
    url = reverse("gateway:denial_lift", args=[denial.uuid])
    assert "Take it back" in owner_client.get(url).content.decode()
    page = owner_client.post(url, follow=True).content.decode()
    assert "is no longer denied" in page
    assert "Lifted by Owner." in page
    assert "Nothing was changed" in owner_client.post(url, follow=True).content.decode()


def test_it_is_on_the_overview_while_it_is_in_force(owner, owner_client, wish):
    denial = denials.deny(actor=owner, **wish)
    assert f"{denial} is refused on every host" in owner_client.get("/").content.decode()
    denials.lift(actor=owner, denial=denial)
    assert "is refused on every host" not in owner_client.get("/").context["denials"]
    assert owner_client.get("/").context["denials"] == []


def test_it_is_reached_from_the_truststore_and_the_host(owner_client, truststore, seen, partner):
    link = f"{NEW}?fingerprint={partner.fingerprint}"
    for page in (
        reverse("certificates:truststore", args=[truststore.uuid]),
        reverse("vhosts:detail", args=[seen.host.uuid]),
    ):
        assert link in owner_client.get(page).content.decode()


def test_it_hides_denials_from_strangers(owner, stranger_client, wish):
    denial = denials.deny(actor=owner, **wish)
    url = reverse("gateway:denial_lift", args=[denial.uuid])
    assert stranger_client.get(url).status_code == stranger_client.post(url).status_code == 404
    assert stranger_client.get(LIST).context["states"] == []
    denial.refresh_from_db()
    assert denial.is_in_force


def test_it_lets_auditors_look_only(owner, reader_client, wish):
    denial = denials.deny(actor=owner, **wish)
    page = reader_client.get(LIST).content.decode()
    assert str(denial) in page
    assert "Take back" not in page
    assert reader_client.get(NEW).status_code == 403
    assert confirm(reader_client, wish, str(denial)).status_code == 403
    assert reader_client.post(reverse("gateway:denial_lift", args=[denial.uuid])).status_code == 403


def test_it_lists_any_number_with_the_same_queries(owner, owner_client, wish, queries_of):
    node()
    denials.deny(actor=owner, **wish)
    before = queries_of(lambda: owner_client.get(LIST))
    for number in range(4):
        denials.deny(actor=owner, **wish | {"fingerprint": f"{number:064x}"})
    assert queries_of(lambda: owner_client.get(LIST)) == before
