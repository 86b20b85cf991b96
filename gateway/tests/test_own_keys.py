"""Which server key the gateway gets for a host, and what keeps a key from being deleted."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import DNSName

from catalog.models import Proxy
from catalog.services import create_proxy
from certificates.services.keystores import (
    KeyFiles,
    add_key,
    create_keystore,
    delete_key,
    delete_keystore,
    replace_key,
)
from certificates.services.references import create_reference, repoint_reference
from certificates.testing.hierarchy import ISSUING, SERVER, make
from common.errors import Conflict, DomainError
from gateway import compiling, services
from gateway.models import DeployedKey, Node
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit

NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = ("api.example.com", "*.shop.example.com")


def files(*names, serial):
    server = make(
        names[0],
        ISSUING,
        eku=[SERVER],
        san=[DNSName(name) for name in names],
        start=NOW - timedelta(days=1),
        end=NOW + timedelta(days=200),
        serial=serial,
    )
    return KeyFiles(key=server.key_pem.encode(), certificates=server.pem.encode())


@pytest.fixture
def own(owner, keystore):
    create_reference(actor=owner, name="own-key", keystore=keystore)
    wish = Wish(Operation.CREATE, "api.example.com", is_custom=True, key="ref://own-key", key_alias="api")
    return submit(actor=owner, wish=wish).host


@pytest.fixture
def live(owner, own):
    create_proxy(actor=owner, name="Orders", base_path="/o", hosts=[own], target_url="http://127.0.0.1:9")
    Node.objects.create(name="local", port=8443)
    deploy(owner)


def deploy(owner):
    deployment = services.plan(actor=owner)
    services.prepare(deployment=deployment, at=NOW)
    deployment.refresh_from_db()
    assert (deployment.status, deployment.problem) == ("ready", "")
    services.start(actor=owner, deployment=deployment)
    node = Node.objects.get()
    services.proven(node=node, version=node.wanted_version, probes=[], at=NOW)


def served(account, host):
    return compiling.compile_account(account, NOW, live=None).hosts[str(host.uuid)].certificate_sha256


def test_envoy_takes_the_key_of_a_custom_domain(owner, live, own):
    assert served(owner.account, own) == own.key_store.keys.get().certificate.fingerprint


def test_a_replaced_key_flags_the_proxies_of_its_hosts(owner, live, own):
    new = replace_key(actor=owner, store=own.key_store, alias="api", files=files(*NAMES, serial=91), at=NOW)
    assert served(owner.account, own) == new.certificate.fingerprint
    compiling.reflag(owner.account, NOW)
    assert any("server certificate" in reason for reason in Proxy.objects.get().reasons)


def test_a_key_under_another_alias_changes_nothing(owner, live, own):
    before = served(owner.account, own)
    add_key(actor=owner, store=own.key_store, alias="b", files=files(*NAMES, serial=92), at=NOW)
    assert served(owner.account, own) == before


def test_a_reference_is_re_pointed_to_a_keystore_that_stands_in(owner, live, own):
    reference = own.keystore_reference
    other = create_keystore(
        actor=owner, name="other", alias="b", files=files(*NAMES, serial=93), at=NOW
    ).keystore
    with pytest.raises(DomainError, match="no entry “api”"):
        repoint_reference(actor=owner, reference=reference, keystore=other)
    add_key(actor=owner, store=other, alias="api", files=files("api.example.com", serial=94), at=NOW)
    with pytest.raises(DomainError, match=r"also stands for \*\.shop\.example\.com"):
        repoint_reference(actor=owner, reference=reference, keystore=other)
    good = replace_key(actor=owner, store=other, alias="api", files=files(*NAMES, serial=95), at=NOW)
    repoint_reference(actor=owner, reference=reference, keystore=other)
    assert served(owner.account, own) == good.certificate.fingerprint


def test_a_key_stays_while_a_host_or_a_deployment_needs_it(owner, live, own):
    store = own.key_store
    add_key(actor=owner, store=store, alias="b", files=files(*NAMES, serial=96), at=NOW)
    with pytest.raises(Conflict, match=r"api\.example\.com answers with it.*Deployment 1 presents it"):
        delete_key(actor=owner, store=store, alias="api")
    wish = Wish(Operation.UPDATE, "", host=str(own.uuid), key_alias="b")
    submit(actor=owner, wish=wish)
    with pytest.raises(Conflict, match="Deployment 1 presents it"):
        delete_key(actor=owner, store=store, alias="api")
    for _ in range(6):
        deploy(owner)
    assert DeployedKey.objects.filter(key__alias="api").count() == 0
    delete_key(actor=owner, store=store, alias="api")
    assert [key.alias for key in store.keys.all()] == ["b"]


def test_a_keystore_in_use_names_each_host_and_deployment_once(owner, live, own):
    store = own.key_store
    replace_key(actor=owner, store=store, alias="api", files=files(*NAMES, serial=97), at=NOW)
    deploy(owner)
    with pytest.raises(Conflict) as refusal:
        delete_keystore(actor=owner, store=store)
    assert refusal.value.code == "keystore_in_use"
    said = refusal.value.message
    assert said.count("api.example.com answers with it. Let it answer with another keystore first.") == 1
    assert said.count("answers with it") == 1
    assert said.count("presents it") == 1
    assert "Deployment 2, 1 presents it" in said
