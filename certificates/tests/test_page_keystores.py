"""Pages of keystores: what they show, and what they never do."""

import pytest
from django.urls import reverse

from certificates.models import Keystore, ServerKey
from certificates.services.keystores import in_use
from certificates.testing.hierarchy import EXPIRED, SERVER_ONLY

pytestmark = pytest.mark.django_db
NEW = reverse("certificates:keystore_new")


def _url(name, keystore, *more):
    return reverse(f"certificates:{name}", args=[keystore.uuid, *more])


def test_it_imports_a_key_and_shows_its_names(owner_client, account, file):
    sent = {"key": file("a.key", SERVER_ONLY.key_pem), "certificates": file("a.pem", SERVER_ONLY.chain_pem)}
    answer = owner_client.post(NEW, {"name": "partner", "alias": "api"} | sent, follow=True)
    text = answer.content.decode()
    assert "api.partner.example" in text
    assert "Harbour Issuing CA ← Harbour Root CA" in text
    assert "PRIVATE" not in text


def test_it_names_the_field_and_keeps_no_key(owner_client, account, file):
    sent = {"key": file("a.key", SERVER_ONLY.key_pem), "certificates": file("a.pem", EXPIRED.pem)}
    answer = owner_client.post(NEW, {"name": "partner", "alias": "api", "password": "secret"} | sent)
    assert "belongs to none" in str(answer.context["form"].errors["key"])
    assert "PRIVATE" not in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert not Keystore.objects.filter(name="partner").exists()


def test_a_pasted_key_is_still_refused_here(owner_client, account):
    answer = owner_client.post(NEW, {"name": SERVER_ONLY.key_pem, "alias": "api"})
    assert answer.status_code == 400
    assert "Nothing of it was kept" in answer.content.decode()


def test_it_deletes_after_the_name_was_typed(owner_client, keystore):
    url = _url("keystore_delete", keystore)
    assert "Type example-com exactly" in owner_client.post(url, {"confirmation": "x"}).content.decode()
    owner_client.post(url, {"confirmation": "example-com"})
    assert not Keystore.objects.filter(pk=keystore.pk).exists()


def test_the_only_entry_goes_with_its_keystore(owner_client, keystore):
    answer = owner_client.post(_url("key_delete", keystore, "api"), {"confirmation": "api"})
    assert "Delete the keystore instead" in answer.content.decode()


def test_it_says_who_must_be_covered_by_a_new_key(owner_client, keystore):
    text = owner_client.get(_url("key_replace", keystore, "api")).content.decode()
    assert "*.shop.example.com" in text


def test_a_reference_to_it_is_made_and_shown(owner_client, keystore):
    body = {"name": "own-key", "store": str(keystore.uuid)}
    text = owner_client.post(reverse("certificates:references"), body, follow=True).content.decode()
    assert "Points to the keystore" in text
    assert "ref://own-key" in owner_client.get(_url("keystore", keystore)).content.decode()


def test_it_hides_keystores_from_strangers_and_keys_from_readers(stranger_client, reader_client, keystore):
    for name, more in (
        ("keystore", ()),
        ("keystore_delete", ()),
        ("key_add", ()),
        ("key_replace", ("api",)),
        ("key_delete", ("api",)),
    ):
        assert stranger_client.get(_url(name, keystore, *more)).status_code == 404
        assert reader_client.get(_url(name, keystore, *more)).status_code == (
            403 if name != "keystore" else 200
        )
    assert reader_client.get(NEW).status_code == 403
    assert in_use(keystore, "api").certificate.common_name == "api.example.com"
    assert ServerKey.objects.count() == 3
