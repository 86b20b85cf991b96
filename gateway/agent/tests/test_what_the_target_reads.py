"""Headers and answers between caller and target, on the real Envoy."""

import ssl

import pytest

from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage

pytestmark = pytest.mark.journey

FORGED = {
    "X-Client-Cert-Sha256": "forged",
    "X-Client-Cert-Subject": "forged",
    "X-Client-Cert-Issuer-Sha256": "forged",
    "X-Client-Cert-Not-After": "forged",
    "X-Forwarded-Client-Cert": "forged",
    "X-WSO2-CLIENT-CERTIFICATE": "forged",
    "X_Client_Cert_Sha256": "forged",
}


@pytest.fixture
def both(stage: Stage) -> Stage:
    locked = stage.host("a.test", cast.truststore((cast.ROOT, "anchor"), (cast.PINNED, "client")))
    stage.deploy(stage.part(locked, stage.host("open.test", required=False)))
    return stage


def test_it_says_itself_who_called(both: Stage) -> None:
    headers = both.call("a.test", cast.PARTNER, headers=FORGED).body["headers"]
    assert "forged" not in headers.values()
    assert headers["x-client-cert-sha256"] == cast.PARTNER.fingerprint
    assert headers["x-client-cert-issuer-sha256"] == cast.ISSUING.fingerprint
    assert headers["x-client-cert-subject"] == "CN=partner.example"
    assert headers["x-client-cert-not-after"].startswith(
        f"{cast.PARTNER.certificate.not_valid_after_utc:%Y-%m-%d}"
    )


def test_it_claims_no_issuer_for_a_pinned_client(both: Stage) -> None:
    headers = both.call("a.test", cast.PINNED, headers=FORGED).body["headers"]
    assert "forged" not in headers.values()
    assert headers["x-client-cert-sha256"] == cast.PINNED.fingerprint
    assert "x-client-cert-issuer-sha256" not in headers


def test_it_strips_forged_identities_on_open_hosts_too(both: Stage) -> None:
    headers = both.call("open.test", headers=FORGED).body["headers"]
    assert "forged" not in headers.values()
    assert "x-client-cert-sha256" not in headers


def test_it_passes_the_targets_own_403_untouched(both: Stage) -> None:
    answer = both.call("a.test", cast.PARTNER, path="/forbidden")
    assert (answer.status, answer.body["path"]) == (403, "/forbidden")


def test_it_answers_421_when_the_connection_was_made_for_another_host(both: Stage) -> None:
    assert both.call("a.test", sni="open.test").status == 421
    assert both.call("open.test", cast.PARTNER, sni="a.test").status == 421
    assert both.call("open.test", sni="a.test").status == 421


@pytest.mark.parametrize("name", ["A.TEST", "a.test:443", "a.test."])
def test_it_knows_its_host_in_any_spelling(both: Stage, name: str) -> None:
    assert both.call(name, cast.PARTNER, sni="a.test").status == 200


def test_it_refuses_a_name_that_no_host_has(both: Stage) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        both.connect("unknown.test")
