"""Which file makes a consumer's system trust the host: none for public CAs, else the issuers we know."""

from __future__ import annotations

import pytest

from certificates.pki.public_roots import PublicRoots
from certificates.testing.builder import make
from certificates.testing.hierarchy import ISSUING, ROOT, STRANGER_ROOT
from gateway.compiling import live_deployment
from marketplace import selectors


@pytest.fixture
def door(live, account, open_host):
    """`door(chain)`: the default host as the gateway holds it, with another certificate chain (PEM)."""

    def with_chain(chain_pem):
        live()
        deployment = live_deployment(account)
        gates = deployment.compiled["ir"]["gates"]
        (gate,) = [gate for gate in gates if gate["host_id"] == str(open_host.uuid)]
        deployment.compiled["files"][gate["certificate_file"]] = chain_pem
        deployment.save()
        return selectors.door_of(account, str(open_host.uuid))

    return with_chain


SERVER = make("default.harbourline.test", ISSUING, serial=91)


def test_it_offers_the_chain_beyond_the_leaf(door):
    found = door(SERVER.pem + ISSUING.pem + ROOT.pem)
    assert [authority.fingerprint for authority in found.authorities] == [
        ISSUING.fingerprint,
        ROOT.fingerprint,
    ]


def test_it_offers_nothing_when_nobody_here_knows_the_issuer(door):
    found = door(SERVER.pem)
    assert (found.authorities, found.is_public) == ([], False)
    assert found.own.issuer


def test_it_offers_a_certificate_that_signed_itself(door):
    alone = make("default.harbourline.test", serial=92)
    assert [authority.fingerprint for authority in door(alone.pem).authorities] == [alone.fingerprint]


def test_it_offers_nothing_below_a_public_ca(door, monkeypatch):
    monkeypatch.setattr(selectors, "public_roots", lambda: PublicRoots.from_pem(ROOT.pem))
    found = door(SERVER.pem + ISSUING.pem)
    assert (found.authorities, found.is_public) == ([], True)


def test_it_is_not_fooled_by_the_name_of_a_public_ca(door, monkeypatch):
    namesake = make("Harbour Issuing CA", STRANGER_ROOT, organization="Harbour", serial=93, ca=True)
    monkeypatch.setattr(selectors, "public_roots", lambda: PublicRoots.from_pem(namesake.pem))
    found = door(SERVER.pem)
    assert not found.is_public
