"""Name rules of an anchor: given with the role, edited later, and never lost by importing again."""

from datetime import UTC, datetime

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.urls import reverse

from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.pki.san_rules import from_text
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.testing.hierarchy import ROOT
from common.errors import DomainError

RULE = {"kind": "dns", "match": "suffix", "value": ".partner.example"}
TEXT = "dns suffix .partner.example"


@pytest.fixture
def anchor(owner, truststore):
    """The truststore's own entry, an anchor with a rule."""
    certificate = remember(owner.account, Certificate.from_der(ROOT.der))
    entry = NewEntry(certificate, Role.ANCHOR, rules=from_text(TEXT))
    add_version(actor=owner, store=truststore, entries=[entry], at=datetime.now(UTC))
    truststore.refresh_from_db()
    return truststore.current.entries.get(role="anchor")


def versions(store):
    return f"/api/v1/truststores/{store.uuid}/versions/"


def rules_in_force(store):
    store.refresh_from_db()
    return [str(rule) for entry in store.current.entries.filter(role="anchor") for rule in entry.rules]


def test_it_takes_rules_with_an_anchor_by_rest_and_shows_them(owner_api, truststore):
    entry = {"pem": ROOT.pem, "role": "anchor", "san_rules": [RULE]}
    made = owner_api.post(versions(truststore), {"entries": [entry]})
    assert made.status_code == 201
    assert [e["san_rules"] for e in made.json()["entries"] if e["role"] == "anchor"] == [[RULE]]


@pytest.mark.parametrize(
    ("role", "rule", "field"),
    [
        ("anchor", RULE | {"value": "partner.example"}, "entries.0.san_rules.0.value"),
        ("anchor", RULE | {"kind": "cn"}, "entries.0.san_rules.0.kind"),
        ("intermediate", RULE, "entries"),
    ],
)
def test_it_names_what_does_not_fit(owner_api, truststore, role, rule, field):
    entry = {"pem": ROOT.pem, "role": role, "san_rules": [rule]}
    answer = owner_api.post(versions(truststore), {"entries": [entry]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert rules_in_force(truststore) == []


def test_it_keeps_the_rules_when_the_anchor_is_imported_again(owner, truststore, anchor, owner_api):
    again = {"pem": ROOT.pem, "role": "anchor"}
    assert owner_api.post(versions(truststore), {"entries": [again]}).status_code == 409
    assert rules_in_force(truststore) == [TEXT]
    emptied = again | {"san_rules": []}
    assert owner_api.post(versions(truststore), {"entries": [emptied]}).status_code == 201
    assert rules_in_force(truststore) == []


def test_it_takes_a_public_root_only_with_a_rule(owner, truststore):
    now = datetime.now(UTC)
    found = x509.load_pem_x509_certificates(certifi.contents().encode())
    root = next(each for each in found if "ISRG Root X1" in each.subject.rfc4514_string())
    certificate = remember(owner.account, Certificate.from_der(root.public_bytes(Encoding.DER)))
    with pytest.raises(DomainError, match="public root"):
        add_version(actor=owner, store=truststore, entries=[NewEntry(certificate, Role.ANCHOR)], at=now)
    ruled = NewEntry(certificate, Role.ANCHOR, rules=from_text(TEXT))
    add_version(actor=owner, store=truststore, entries=[ruled], at=now)
    assert rules_in_force(truststore) == [TEXT]


def test_it_edits_rules_on_a_page_as_a_new_version(owner_client, truststore, anchor):
    page = reverse("certificates:entry_rules", args=[truststore.uuid, anchor.uuid])
    assert TEXT in owner_client.get(page).content.decode()
    number = truststore.current.number
    answer = owner_client.post(page, {"rules": "dns suffix partner.example"})
    assert "Begin with a dot" in answer.content.decode()
    assert "dns suffix partner.example" in answer.content.decode()
    owner_client.post(page, {"rules": f"{TEXT}\nip exact 192.0.2.7"})
    assert rules_in_force(truststore) == [TEXT, "ip exact 192.0.2.7"]
    assert truststore.current.number == number + 1
    change = owner_client.get(reverse("certificates:version", args=[truststore.uuid, number + 1]))
    assert "ip exact 192.0.2.7" in change.content.decode()


def test_it_shows_rules_on_the_truststore(owner_client, truststore, anchor):
    page = reverse("certificates:truststore", args=[truststore.uuid])
    assert TEXT in owner_client.get(page).content.decode()


def test_it_hides_rules_from_strangers_and_lets_readers_change_none(
    stranger_client, reader_client, truststore, anchor
):
    page = reverse("certificates:entry_rules", args=[truststore.uuid, anchor.uuid])
    assert stranger_client.get(page).status_code == 404
    assert stranger_client.post(page, {"rules": ""}).status_code == 404
    assert reader_client.post(page, {"rules": ""}).status_code == 403
    assert rules_in_force(truststore) == [TEXT]


def test_it_has_no_rules_page_for_a_pinned_client(owner_client, truststore):
    pinned = truststore.current.entries.get()
    page = reverse("certificates:entry_rules", args=[truststore.uuid, pinned.uuid])
    assert owner_client.get(page).status_code == 404
