"""Keystores on the REST API: keys go in, and never come out."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from certificates.models import Keystore, ServerKey
from certificates.testing.hierarchy import ISSUING, SERVER, make
from common import secrets

pytestmark = pytest.mark.django_db
KEYSTORES = "/api/v1/keystores/"
NOW = datetime.now(UTC).replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)


def issued(name="api.example.com", serial=71, **more):
    start, end = YESTERDAY, NOW + timedelta(days=200)
    return make(name, ISSUING, eku=[SERVER], start=start, end=end, serial=serial, **more)


@pytest.fixture
def send(file):
    def sent(api, method="post", url=KEYSTORES, identity=None, **fields):
        identity = identity or issued()
        files = {
            "key": file("a.key", identity.key_pem),
            "certificates": file("a.pem", ISSUING.pem + identity.pem),
        }
        return getattr(api, method)(url, fields | files, format="multipart")

    return sent


@pytest.fixture
def made(owner_api, send):
    return send(owner_api, name="example-com", alias="api").json()


def test_it_takes_a_key_and_shows_only_the_certificate(owner_api, send):
    answer = send(owner_api, name="example-com", alias="api")
    assert answer.status_code == 201
    assert [entry["alias"] for entry in answer.json()["entries"]] == ["api"]
    assert "PRIVATE" not in answer.content.decode()
    key = ServerKey.objects.get(alias="api")
    assert b"PRIVATE" not in bytes(key.sealed_key)
    assert secrets.unseal(key.sealed_key) == issued().key_pem
    assert key.chain_pem == issued().pem + ISSUING.pem
    assert "PRIVATE" not in str(list(AuditEntry.objects.values_list("details", flat=True)))


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"name": "no name"}, 400, "name"),
        ({"name": "default-domain"}, 409, "name"),
        ({"name": "partners"}, 409, "name"),
        ({"alias": "/"}, 400, "alias"),
        (
            {"identity": make("old.example", ISSUING, eku=[SERVER], end=NOW - timedelta(days=1))},
            400,
            "certificates",
        ),
        ({"nonsense": "x"}, 400, "nonsense"),
    ],
)
def test_it_names_the_field_that_does_not_fit(owner_api, send, truststore, fields, status, field):
    answer = send(owner_api, **({"name": "example-com", "alias": "api"} | fields))
    assert answer.status_code == status
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Keystore.objects.count() == 1


def test_it_wants_either_sort_of_file(owner_api):
    answer = owner_api.post(KEYSTORES, {"name": "x", "alias": "a"}, format="multipart")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "key")


def test_it_replaces_a_key_by_one_for_the_same_names(owner_api, send, made):
    url = f"{KEYSTORES}{made['uuid']}/keys/api/"
    other = send(owner_api, "put", url, identity=issued("www.example.com"))
    assert (other.status_code, other.json()["code"]) == (400, "names_not_covered")
    same = send(owner_api, "put", url)
    assert (same.status_code, same.json()["code"]) == (409, "no_change")
    assert send(owner_api, "put", url, identity=issued(serial=72)).status_code == 200
    assert ServerKey.objects.filter(alias="api").count() == 2
    assert send(owner_api, "put", f"{KEYSTORES}{made['uuid']}/keys/none/").json()["code"] == "alias_unknown"


def test_it_adds_and_deletes_entries(owner_api, send, made):
    url = f"{KEYSTORES}{made['uuid']}/keys/"
    assert send(owner_api, url=url, alias="api").json()["code"] == "alias_exists"
    assert send(owner_api, url=url, alias="api-2027").status_code == 201
    assert owner_api.delete(f"{url}api/").status_code == 204
    assert owner_api.delete(f"{url}api-2027/").json()["code"] == "last_key"
    assert owner_api.delete(f"{KEYSTORES}{made['uuid']}/").status_code == 204
    assert not ServerKey.objects.filter(alias="api-2027").exists()


def test_it_keeps_the_keystore_of_the_default_domain_fit(owner, owner_api, send):
    store = Keystore.objects.get(account=owner.account)
    url = f"{KEYSTORES}{store.uuid}/"
    assert send(owner_api, url=f"{url}keys/", alias="b").json()["code"] == "names_not_covered"
    wildcard = issued("*.harbourline.test")
    assert send(owner_api, url=f"{url}keys/", alias="b", identity=wildcard).status_code == 201
    assert owner_api.delete(url).status_code == 409


def test_it_hides_keystores_from_strangers(stranger_api, send, made):
    url = f"{KEYSTORES}{made['uuid']}/"
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.delete(url).status_code == 404
    assert send(stranger_api, url=f"{url}keys/", alias="b").status_code == 404
    assert send(stranger_api, "put", f"{url}keys/api/").status_code == 404
    assert "example-com" not in stranger_api.get(KEYSTORES).content.decode()


def test_it_takes_keys_from_administrators_only(reader_api, key_api, send):
    assert send(reader_api, name="x", alias="a").status_code == 403
    assert send(key_api("certificates:change"), name="x", alias="a").status_code == 403
    assert send(key_api("certificates:read", "keystores:change"), name="x", alias="a").status_code == 201


def test_it_lists_any_number_with_the_same_queries(owner_api, send, made, queries_of):
    before = queries_of(lambda: owner_api.get(KEYSTORES))
    for name in ("b", "c", "d"):
        send(owner_api, name=name, alias="api")
    assert queries_of(lambda: owner_api.get(KEYSTORES)) == before
